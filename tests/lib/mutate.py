# SPDX-License-Identifier: BSD-2-Clause
"""Builds a sample of mutants and runs the tests that reach them. See tests/mutate."""
import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

import mutants

LIMIT = 100000  # mutants of a sample, and bytes in "reached"
FLAGS = "-w -O0 -fsanitize=address"  # what is quick to build, and sees leaks


class Run:
    def __init__(self, top, work, jobs):
        self.top, self.work, self.jobs = top, work, jobs
        self.place = f"{top}/build/mutate"
        self.copy, self.build = f"{self.place}/source", f"{self.place}/build"
        self.control, self.library = f"{self.place}/control", f"{self.place}/libmutant.so"
        self.serial = itertools.count()

    def call(self, *command, **options):
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, errors="replace", check=False, **options)
        if result.returncode != 0:
            raise SystemExit(f"{result.stdout}\n{shlex.join(command)} failed")
        return result.stdout

    def tree(self):
        listed = self.call("git", "-c", f"safe.directory={self.top}", "-C", self.top, "ls-files",
                           "-z", "--cached", "--others", "--exclude-standard")
        return [name for name in listed.split("\0")
                if name and os.path.lexists(f"{self.top}/{name}")]

    def write_copy(self, changed):
        """The tree with the changed files. What is the same keeps its time, for make."""
        names = set(self.tree())
        for directory, _, files in os.walk(self.copy):
            for old in (f"{directory}/{file}" for file in files):
                if os.path.relpath(old, self.copy) not in names:
                    os.unlink(old)
        for name in names:
            source, target = f"{self.top}/{name}", f"{self.copy}/{name}"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if os.path.islink(source):
                if not os.path.lexists(target):
                    os.symlink(os.readlink(source), target)
                continue
            with open(source, "rb") as file:
                text = changed.get(name, file.read())
            if not os.path.exists(target) or open(target, "rb").read() != text:
                with open(target, "wb") as file:
                    file.write(text)
                shutil.copymode(source, target)

    def configure(self):
        lib = f"{self.top}/tests/lib"
        os.makedirs(self.control, exist_ok=True)
        self.call("cc", "-shared", "-fPIC", "-O2", f'-DMUTANT_CONTROL="{self.control}"',
                  f"-DMUTANT_LIMIT={LIMIT}", f"{lib}/mutant.c", "-o", self.library)
        self.call("cmake", "-G", "Ninja", "-S", self.copy, "-B", self.build,
                  "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_INSTALL_PREFIX=/usr", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                  f"-DCMAKE_C_FLAGS={FLAGS} -include {lib}/mutant.h",
                  f"-DCMAKE_C_STANDARD_LIBRARIES={self.library}")
        with open(f"{self.build}/compile_commands.json", encoding="utf-8") as file:
            self.commands = {os.path.relpath(entry["file"], self.copy):
                             shlex.split(entry["command"]) for entry in json.load(file)}

    def options_of(self, name):
        words = [w for w in self.commands[name] if w.startswith(("-I", "-D", "-std="))]
        return words + ["-include", f"{self.top}/tests/lib/mutant.h"]

    def find_in(self, name):
        return mutants.find(name, f"{self.top}/{name}", self.options_of(name))

    def find_all(self):
        """In all C files of plugin/ and helper/, as they are in the tree."""
        names = sorted(name for name in self.commands
                       if re.fullmatch(r"(plugin|helper)/\w+\.c", name))
        with concurrent.futures.ProcessPoolExecutor(self.jobs) as pool:
            return [mutant for found in pool.map(self.find_in, names) for mutant in found]

    def render(self, sample):
        changed = {}
        for name in {mutant.file for mutant in sample}:
            with open(f"{self.top}/{name}", encoding="latin-1", newline="") as file:
                changed[name] = mutants.render(
                    file.read(), [m for m in sample if m.file == name]).encode("latin-1")
        return changed

    def find_tests(self):
        """All tests of ctest that are there to test plugin/ and helper/, except for one that
        takes longer than the others together: it would look at survivors only."""
        told = json.loads(self.call("ctest", "--test-dir", self.build, "--show-only=json-v1",
                                    "--label-regex", "^(unit|cases)$"))
        tests = [Test(test) for test in told["tests"]]
        return [test for test in tests if test.labels.isdisjoint(("admin", "fuzz-replay"))
                and test.cost == 0]

    def build_tests(self):
        """ctest does not say what it runs until that is there."""
        targets = {re.sub("^unit-", "test-", re.sub("^cases-.*", "run-case", test.name))
                   for test in self.find_tests()}
        self.call("cmake", "--build", self.build, "--parallel", str(self.jobs),
                  "--target", *sorted(targets))
        return self.find_tests()

    def run_test(self, test, number, seconds):
        """Whether it passed ("" if so, else why not), and the mutants that it reached."""
        control = f"{self.work}/{next(self.serial)}"
        os.mkdir(control)
        with open(f"{control}/number", "w", encoding="ascii") as file:
            file.write(f"{number}\n")
        with open(f"{control}/reached", "wb") as file:
            file.truncate(LIMIT)
        os.chmod(f"{control}/reached", 0o666)
        verdict, output = self.watch(
            [f"{self.top}/tests/lib/with-mutant", control, self.control, *test.command],
            test, seconds)
        with open(f"{control}/reached", "rb") as file:
            reached = {at for at, byte in enumerate(file.read()) if byte}
        shutil.rmtree(control)
        return verdict, reached, output

    def watch(self, command, test, seconds):
        with open(f"{self.work}/log{next(self.serial)}", "w+b") as log:
            os.unlink(log.name)
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, **test.environment}, cwd=test.directory,
                                       start_new_session=True)
            try:
                verdict = "fails" if process.wait(seconds) != 0 else ""
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                verdict = "hangs"
            log.seek(0)
            return verdict, log.read().decode(errors="replace")

    def learn(self, test):
        started = time.monotonic()
        verdict, test.reached, output = self.run_test(test, 0, 1500)
        test.seconds = time.monotonic() - started
        if verdict:
            print(f"{output}\n{test.name} {verdict} without a mutant")
        return verdict == ""

    def judge(self, mutant, tests):
        """The test of its own module first, then the fast ones."""
        own = "unit-" + os.path.basename(mutant.file).removesuffix(".c")
        reaching = sorted((t for t in tests if mutant.number in t.reached),
                          key=lambda t: (t.name != own, t.seconds))
        for test in reaching:
            verdict = self.run_test(test, mutant.number, 20 + 8 * test.seconds)[0]
            if verdict:
                return verdict, test.name
        return ("survived" if reaching else "unreached"), f"{len(reaching)} tests"

    def is_equivalent(self, mutant):
        """Whether the compiler makes the same code of both."""
        path, objects = f"{self.work}/{mutant.number}.o", []
        for number in (mutant.number, -1):
            self.call("cc", "-w", "-O2", *self.options_of(mutant.file),
                      f"-DMUTANT_ALONE={number}", "-c", f"{self.copy}/{mutant.file}", "-o", path)
            with open(path, "rb") as file:
                objects.append(file.read())
        return objects[0] == objects[1]


class Test:
    def __init__(self, told):
        properties = {p["name"]: p["value"] for p in told["properties"]}
        self.name, self.command = told["name"], told.get("command")
        self.labels = set(properties["LABELS"])
        self.directory = properties["WORKING_DIRECTORY"]
        self.environment = dict(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))
        # One that allocates without end must not take the machine with it.
        options = self.environment.get("ASAN_OPTIONS", "allocator_may_return_null=1")
        self.environment["ASAN_OPTIONS"] = options + ":hard_rss_limit_mb=2000"
        self.cost = properties.get("COST", 0)
        self.seconds, self.reached = 0, set()


def draw(everything, seed, count):
    """A change of one function changes the rank of its own mutants only."""
    def rank(mutant):
        return hashlib.sha256(repr((seed, mutant.key(), mutant.nth)).encode()).digest()
    sample = sorted(everything, key=rank)[:count]
    for number, mutant in enumerate(sample, 1):
        mutant.number = number
    return sample


def read_reasons(path, everything):
    """{key: reason} of mutants that may survive."""
    keys, reasons, faults = {mutant.key() for mutant in everything}, {}, 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#"):
                continue
            if len(fields) != 4 or not fields[3] or tuple(fields[:3]) not in keys:
                print(f"{os.path.basename(path)}: there is no such mutant, or no reason: "
                      + line.strip())
                faults += 1
            reasons[tuple(fields[:3])] = fields[-1]
    return reasons, faults


def report(sample, verdicts, reasons, faults, least):
    total = collections.Counter()
    for mutant, (verdict, detail) in zip(sample, verdicts):
        if verdict in ("survived", "unreached"):
            if mutant.key() in reasons:
                verdict = "known"
            else:
                print(f"{mutant}\t{verdict} {detail}")
        elif verdict == "fails" and mutant.key() in reasons:
            print(f"{mutant}\tmutate-survivors.txt says that it survives, but {detail} fails")
            faults += 1
        total[verdict] += 1
    caught = total["fails"] + total["hangs"]
    counted = caught + total["survived"] + total["unreached"]
    share = 100 * caught / max(counted, 1)
    print(f"{len(sample)} mutants: {caught} caught ({total['hangs']} hung), "
          f"{counted - caught} survived ({total['unreached']} not reached by any test), "
          f"{total['known']} survive for a reason in tests/mutate-survivors.txt, "
          f"{total['equivalent']} are the same to the compiler")
    print(f"{share:.1f} % caught, at least {least} % must be")
    return faults == 0 and counted > 0 and share >= least


def main(top, work, seed, count, jobs, pattern, least):
    run = Run(top, work, int(jobs))
    if not os.path.exists(run.copy):
        run.write_copy({})
    run.configure()
    everything = run.find_all()
    reasons, faults = read_reasons(f"{top}/tests/mutate-survivors.txt", everything)
    sample = draw([m for m in everything if re.search(pattern, str(m))], int(seed), int(count))
    print(f"Seed {seed}: {len(sample)} of {len(everything)} mutants", flush=True)
    run.write_copy(run.render(sample))
    tests = run.build_tests()
    with concurrent.futures.ThreadPoolExecutor(run.jobs) as pool:
        if not all(list(pool.map(run.learn, tests))):
            sys.exit(1)

        def judge(mutant):
            verdict, detail = run.judge(mutant, tests)
            if verdict in ("survived", "unreached") and run.is_equivalent(mutant):
                verdict = "equivalent"
            with open(f"{run.place}/verdicts", "a", encoding="utf-8") as log:
                log.write(f"{mutant}\t{verdict}\t{detail}\n")
            return verdict, detail
        open(f"{run.place}/verdicts", "w", encoding="utf-8").close()
        verdicts = list(pool.map(judge, sample))
    sys.exit(not report(sample, verdicts, reasons, faults, float(least)))


main(*sys.argv[1:])
