# SPDX-License-Identifier: BSD-2-Clause
"""Rounds of tests/chaos about sessions.

A round is a session with one or two dpkg runs that is disturbed like a transaction, see chaos. Then
perhaps all processes end: as in "docker build",
where a container ends together with apt; or as in a reboot, after which /run is empty, the boot id
is another one, and the pid of a former owner may be in use again. Somebody may close what is left.
Then comes an undisturbed session. In all of this:

- each hook of Session-End starts at most once in a session, and those that run "always" start at
  least once in each session that has begun, at the latest in the undisturbed one;
- none starts while the owner holds dpkg's frontend lock, or dpkg runs;
- hooks of Session-Start start at most once in a session;
- apt's exit status is that of an apt without hooks, unless one vetoes;
- at the end, no file of ours is left, and no process.

A script that is killed before its first line counts as started, as in the other rounds.
"""
import collections
import fcntl
import glob
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time

from chaos_faults import COPIES, Blows, Faults, Terminal, Troubles, environment_for, print_round
from chaos_parts import (
    ADMIN, HELPER, LOG, OURS, PACKAGED, PATIENCE, RUNS, STATE, Process, Wrong, check_log, exe_of, is_well, processes,
    read, restore_database, write,
)

SESSIONS = COPIES + "/sessions"
FRONTEND = "/tests/lib/chaos-frontend"
LOCK = ADMIN + "/lock-frontend"
BOOT_ID = "/proc/sys/kernel/random/boot_id"

Line = collections.namedtuple("Line", "path pid key label result packages")

STARTS = (OURS + "Session-Start/10-first", PACKAGED + "Session-Start/20-second")
VETO = OURS + "Session-Start/90-veto"
BEFORE = (OURS + "Pre-Invoke/10-before", OURS + "Pre-Install-Pkgs/10-before")
AFTER = OURS + "Post-Invoke/10-always"
# path: When. Those of packages come first.
ENDS = {
    OURS + "pkgs/app/Session-End/10-own": "always",
    OURS + "pkgs/lib/Session-End/10-own": "ran",
    OURS + "multi_pkgs/Session-End/__WILDCARD__/10-any": "always",
    OURS + "Session-End/10-always": "always",
    PACKAGED + "Session-End/20-always": "always",
    OURS + "Session-End/30-ran": "ran",
    OURS + "Session-End/40-failure": "failure",
    OURS + "Session-End/50-apt": "always",
}
ALL = (*STARTS, VETO, *BEFORE, AFTER, *ENDS)

# The resulting versions; None: not installed.
GOALS = ({"lib": "1"}, {"app": "2"}, {"app": None}, {"lib": "1", "app": "2"})
ROLES = ("apt", "helper", "waiter", "guard", "script", "dpkg")

BODY = """#!/bin/sh
names=
[ -z "$APT_UNIVERSAL_HOOKS_TRANSACTION" ] || names=$(cut -f 1 "$APT_UNIVERSAL_HOOKS_TRANSACTION" | tr '\\n' ,)
printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$0" "$$" "${APT_UNIVERSAL_HOOKS_SESSION-}" "${CHAOS-}" \\
	"${APT_UNIVERSAL_HOOKS_RESULT-}" "$names" >>/runs
sleep "$(cat /pause)"
case $0 in
*/90-veto) [ ! -e /veto ] ;;
*/50-apt) CHAOS=nested apt-get --yes install --reinstall other >/dev/null 2>&1 || echo "apt fails in $0" >>/complaints ;;
esac
"""


class Scene:
    """The random choices of a round."""

    def __init__(self, dice, kind=""):
        self.faults = Faults(dice, kind)
        self.paths = {path for path in ALL if dice.random() < 0.75}
        self.paths |= {STARTS[0], BEFORE[0], AFTER, OURS + "Session-End/10-always"}
        self.has_veto = dice.random() < 0.1
        if self.has_veto:
            self.paths.add(VETO)
        # apt: one dpkg run; parent: a child for each, like unattended-upgrade; library: like PackageKit.
        self.kind = dice.choice(("apt", "parent", "library"))
        self.goals = dice.sample(GOALS, 1 if self.kind == "apt" else dice.choice((1, 2, 2)))
        # A shell gives each command at its terminal a process group.
        self.is_inline = dice.random() < 0.4 and not self.faults.is_at_terminal
        self.aftermath = dice.choice(("", "", "reboot", "reboot of another", "container" if self.is_inline else ""))
        self.is_closed_by_hand = dice.random() < 0.3
        self.pause = dice.choice(("0", "0.01", "0.05"))
        self.role = dice.choice((*ROLES, "waiter", "helper", "several"))
        self.moment = dice.random()
        self.is_twice = dice.random() < 0.35
        self.second_delay = dice.random() * 0.3
        self.second_role = dice.choice((*ROLES, "waiter"))
        self.dice = random.Random(dice.random())

    def __str__(self):
        what = f"{self.kind} {self.goals}"
        what += ", inline" if self.is_inline else ""
        what += ", Session-Start vetoes" if self.has_veto else ""
        what += f", then {self.aftermath}" if self.aftermath else ""
        what += ", closed by hand" if self.is_closed_by_hand else ""
        return what + f", each script pauses {self.pause} s; {self.faults}"


def words_for(goal):
    return [name + ("-" if version is None else f"={version}") for name, version in goal.items()]


def start_time(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[19]


def lock_holder():
    """The pid that holds dpkg's frontend lock, or 0. Opening and closing it releases no lock of ours."""
    try:
        with open(LOCK, "rb") as file:
            asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, pid = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))
    except FileNotFoundError:
        return 0
    return 0 if kind == fcntl.F_UNLCK else pid


def keys_of_waiters():
    return {read(path).split("-")[0] for path in glob.glob(SESSIONS + "/*.waiter")}


def others():
    """All processes but init and us."""
    return [process for process in processes().values() if process.pid != os.getppid()]


def descends_from_end(process, found):
    """Whether a hook of Session-End has started it."""
    while process:
        if "/Session-End/" in (process.script() or ""):
            return True
        process = found.get(process.parent)
    return False


def role_of(process, waiters, found):
    if process.exe == HELPER:
        if str(process.pid) in waiters or "Session-End" in process.words[1:2]:
            return "waiter"
        if process.parent == 1:
            return "guard"
        return "child" if exe_of(process.parent) == HELPER else "helper"
    if process.script():
        return "script"
    if descends_from_end(process, found):
        return None
    if process.exe == "/usr/bin/dpkg":
        return "dpkg"
    return "apt" if process.exe == "/usr/bin/apt-get" or FRONTEND in process.words else None


class Watcher:
    """Runs one session, disturbs it, and looks at what must never happen."""

    def __init__(self, scene, windows):
        self.scene, self.windows = scene, windows
        self.begin = None
        self.seen = collections.defaultdict(list)
        self.faults = scene.faults if scene and windows else None
        self.terminal = Terminal() if self.faults and self.faults.is_at_terminal else None
        self.blows = Blows(self.faults, self.terminal)
        self.victims = self.blows.victims
        self.is_through = not self.faults or not self.faults.signal
        self.second = None
        self.marks, self.nested, self.recorded, self.known = set(), set(), set(), 0
        self.pid = 0

    def run(self, argv, label, is_inline, is_container, clock=None):
        """Returns the exit status; None if the frontend was killed with everything else."""
        environment = environment_for(self.faults, clock) or os.environ
        troubles = Troubles(self.faults, self.windows["end"] if self.windows else 0)
        try:
            return self.run_in(troubles, argv, is_inline, is_container, {**environment, "CHAOS": label})
        finally:
            troubles.end()
            if self.terminal:
                self.terminal.close()

    def run_in(self, troubles, argv, is_inline, is_container, environment):
        with open("/apt.output", "wb") as out, open("/apt.errors", "wb") as errors:
            arguments = {"stdin": subprocess.DEVNULL, "stdout": out, "start_new_session": not is_inline}
            if self.terminal:
                arguments = self.terminal.popen_arguments()
            child = subprocess.Popen(argv, stderr=errors, env=environment, **arguments)
        self.pid = child.pid
        if self.terminal:
            self.terminal.give_to(child.pid)
        deadline = time.monotonic() + PATIENCE
        while True:
            left = self.look()
            if self.begin:
                troubles.look(time.monotonic() - self.begin)
            if self.terminal:
                self.terminal.read()
            if child.poll() is not None and (is_container or not left):
                break
            if time.monotonic() > deadline:
                text = "; ".join(map(str, left))
                kill_all()
                child.wait()
                raise Wrong(f"still running after {PATIENCE} s: {text}")
            time.sleep(0.001)
        if is_container:
            kill_all()
            child.wait()
        return child.returncode

    def look(self):
        now = time.monotonic()
        self.blows.let_go(now)
        found = {process.pid: process for process in others()}
        waiters = keys_of_waiters()
        chosen = [(role_of(process, waiters, found), process) for process in found.values()]
        chosen = [(role, process) for role, process in chosen if role]
        self.watch_files()
        self.watch_lines(chosen)
        if self.begin is None and any(role == "helper" for role, _ in chosen):
            self.begin = now
        if self.begin is not None and self.windows is None:
            for role, _ in chosen:
                self.seen[role].append(now - self.begin)
        elif self.begin is not None and not self.is_through and not self.is_early(now):
            self.strike(chosen, now)
        return list(found.values())

    def watch_files(self):
        try:
            names = os.listdir(SESSIONS)
        except FileNotFoundError:
            return
        for name in names:
            key, _, suffix = name.partition(".")
            if suffix == "session" and key not in self.marks | self.nested:
                (self.nested if is_nested(key) else self.marks).add(key)
            if suffix.startswith("run-"):
                self.recorded.add(key)

    def watch_lines(self, chosen):
        """A hook of Session-End that has started must not see its session going on."""
        lines = all_lines()
        fresh, self.known = lines[self.known:], len(lines)
        keys = {line.key for line in fresh if "/Session-End/" in line.path and line.key.split("-")[0] == str(self.pid)}
        if not keys:
            return
        # Neither can begin later: the frontend has one session, and exits.
        if lock_holder() == self.pid:
            raise Wrong(f"Session-End of {keys} runs, but its owner holds the lock")
        for role, process in chosen:
            if role == "dpkg" and still_exists(process) and not is_nested(str(process.pid)):
                raise Wrong(f"Session-End of {keys} runs during dpkg: {process}")

    def is_early(self, now):
        if self.second is not None:
            return now < self.second
        if self.scene.role == "several" or self.faults.is_at_terminal:
            return now - self.begin < self.windows["end"] * self.scene.moment
        moments = self.windows[self.scene.role]
        return now - self.begin < moments[int(self.scene.moment * len(moments))]

    def strike(self, found, now):
        scene = self.scene
        if self.terminal:
            self.blows.press(found, self.pid, now, self.begin)
            self.is_through = True
            return
        role = scene.second_role if self.second else scene.role
        if role == "several":
            chosen = [one for one in found if scene.dice.random() < 0.7]
        else:
            chosen = [one for one in found if one[0] == role]
            if role == "script" and not chosen:
                chosen = [one for one in found if one[0] == "child"]
            chosen = [scene.dice.choice(chosen)] if chosen else []
        for role_of_one, process in chosen:
            self.blows.hit(role_of_one, process, now, self.begin)
        if not self.victims:
            return
        if self.second or not scene.is_twice:
            self.is_through = True
        else:
            self.second = now + scene.second_delay


def is_nested(key):
    """Whether this process is below a hook of Session-End; if that was killed, an apt has its own session."""
    try:
        with open(f"/proc/{key.split('-')[0]}/environ", "rb") as file:
            return b"CHAOS=nested" in file.read().split(b"\0")
    except OSError:
        return False


def still_exists(process):
    """Whether the process still exists."""
    try:
        return Process(process.pid).state not in "ZX" and exe_of(process.pid) == process.exe
    except (OSError, IndexError):
        return False


def all_lines():
    return [Line(*line.split("\t")) for line in read(RUNS).splitlines() if line.count("\t") == 5]


def kill_all():
    for _ in range(10000):
        left = others()
        if not left:
            return
        for process in left:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.002)
    raise SystemExit("processes cannot be killed")


def rename_owners(renamed):
    """After a reboot, another process has the pid and even the start time of an owner: we."""
    ours = f"{os.getpid()}-{start_time(os.getpid())}"
    numbers = {}
    for name in sorted(os.listdir(SESSIONS)):
        key, dot, suffix = name.partition(".")
        if not re.fullmatch(r"\d+-\d+-\d+", key):
            continue
        fresh = numbers.setdefault(key, f"{ours}-{len(numbers) + 1}")
        renamed[fresh] = key
        os.rename(f"{SESSIONS}/{name}", f"{SESSIONS}/{fresh}{dot}{suffix}")
        if suffix in ("open", "waiter"):
            write(f"{SESSIONS}/{fresh}.{suffix}", ours, 0o600)


class Room:
    def __init__(self, database, clock):
        self.database, self.clock = database, clock
        self.renamed = {}
        shutil.copyfile(BOOT_ID, "/boot_id")
        subprocess.run(["mount", "--bind", "/boot_id", BOOT_ID], check=True)
        self.boots = 0
        self.windows = {}

    def stage(self, scene):
        restore_database(self.database)
        settings = [f'{scope_of(VETO)}On-Failure "abort";'] if VETO in scene.paths else []
        for path in scene.paths:
            write(path, BODY, 0o755)
            when = "always" if path == AFTER else ENDS.get(path, "ran")
            if when != "ran":
                settings.append(f'{scope_of(path)}When "{when}";')
        # apt fails if it cannot write its own logs.
        settings.append('Dir::Log "/var/log";')
        write("/etc/apt/apt.conf.d/90chaos", "\n".join(settings) + "\n")
        write("/pause", scene.pause)
        write(RUNS, "", 0o666)
        write(LOG, "")
        write("/complaints", "")
        if scene.has_veto:
            write("/veto", "")
        self.renamed = {}

    def clear(self):
        """Nothing of the round may be left for the next one."""
        kill_all()
        for tree in (OURS, PACKAGED):
            for path in glob.glob(tree + "**/[0-9]*-*", recursive=True):
                os.unlink(path)
        for path in (STATE, COPIES):
            shutil.rmtree(path, ignore_errors=True)
        if os.path.exists("/veto"):
            os.unlink("/veto")

    def measure(self, scene):
        """When each role exists in a session of this kind without a signal."""
        key = scene.kind, len(scene.goals), scene.is_inline
        if key in self.windows:
            return self.windows[key]
        calm = Scene(random.Random(0))
        calm.paths, calm.has_veto, calm.pause = set(ALL), False, "0.02"
        calm.kind, calm.goals, calm.is_inline = scene.kind, GOALS[:len(scene.goals)], scene.is_inline
        calm.aftermath = ""
        self.clear()
        self.stage(calm)
        watcher = Watcher(calm, None)
        argv = [FRONTEND, calm.kind, *(" ".join(words_for(goal)) for goal in calm.goals)]
        status = watcher.run(argv, "calm", calm.is_inline, False)
        found = collections.Counter(line.path for line in all_lines() if "/Session-" in line.path)
        expected = {*STARTS, VETO, *ENDS} - {OURS + "Session-End/40-failure", OURS + "pkgs/app/Session-End/10-own"}
        expected |= {OURS + "pkgs/app/Session-End/10-own"} if len(calm.goals) > 1 else set()
        if status != 0 or found != {path: 1 for path in expected} or len(watcher.marks) != 1:
            raise SystemExit(f"{calm}: a calm session is wrong: {status} {found} {watcher.marks}\n" + read("/apt.errors"))
        self.clear()
        windows = {role: watcher.seen.get(role) or watcher.seen["apt"] for role in ROLES}
        windows["end"] = max(moment for moments in watcher.seen.values() for moment in moments) * 1.05
        self.windows[key] = windows
        return windows

    def reboot(self, is_of_another):
        kill_all()
        shutil.rmtree(STATE, ignore_errors=True)
        self.boots += 1
        with open("/boot_id", "r+", encoding="utf-8") as file:
            file.write(f"{self.boots:08x}")
        if is_of_another and os.path.exists(SESSIONS):
            rename_owners(self.renamed)

    @staticmethod
    def close_by_hand():
        answer = subprocess.run(
            ["apt-universal-hooks", "wait"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=PATIENCE,
        )
        # A hook may have been killed.
        if answer.returncode != 0 and "of Session-End failed" not in answer.stderr:
            raise Wrong(f"apt-universal-hooks wait: {answer.returncode} {answer.stdout} {answer.stderr}")
        left = glob.glob(SESSIONS + "/*.session")
        if left:
            raise Wrong(f"closed by hand, but there is still {left}")

    def play(self, scene, seed, number):
        watcher = None
        try:
            windows = self.measure(scene)
            for _ in range(4):
                self.clear()
                self.stage(scene)
                watcher = Watcher(scene, windows)
                argv = [FRONTEND, scene.kind, *(" ".join(words_for(goal)) for goal in scene.goals)]
                status = watcher.run(argv, "disturbed", scene.is_inline, scene.aftermath == "container", self.clock)
                if watcher.victims or not scene.faults.signal or scene.aftermath == "container":
                    break
                scene.moment *= 0.6
            errors = read("/apt.errors")
            if scene.aftermath.startswith("reboot"):
                self.reboot(scene.aftermath != "reboot")
            if not is_well() or any(v.role in ("apt", "dpkg") for v in watcher.victims) or scene.aftermath:
                subprocess.run(["dpkg", "--configure", "-a"], capture_output=True, check=False)
                if not is_well():
                    restore_database(self.database)
            if scene.is_closed_by_hand:
                self.close_by_hand()
            if os.path.exists("/veto"):
                os.unlink("/veto")
            judge = Judge(scene, watcher, self.renamed)
            judge.status(status, errors)
            calm = Watcher(None, windows)
            status = calm.run([FRONTEND, "apt", "other=1"], "calm", scene.is_inline, False)
            judge.calm(status, calm, read("/apt.errors"))
            judge.disturbed()
            check_log()
            self.check_files()
            complaints = read("/complaints")
            # Inside another apt, the lock is not free.
            if complaints and not scene.is_inline and not scene.aftermath and not judge.roles & {"apt", "dpkg"}:
                raise Wrong(complaints)
        except Wrong as error:
            victims = ", ".join(f"{v.role} {v.pid} {v.path or ''} at {v.moment * 1000:.0f} ms"
                                for v in (watcher.victims if watcher else []))
            error = str(error)[:8000]
            print(f"FAILED round {number}, seed {seed}: {scene}\n  hit: {victims}\n  {error}\n"
                  f"  to repeat it: tests/chaos --seed {seed} --round {number}", flush=True)
        self.clear()
        print_round(scene.faults, watcher.victims if watcher else [])

    @staticmethod
    def check_files():
        left = [os.path.join(top, name) for directory in (STATE, COPIES)
                for top, _, names in os.walk(directory) for name in names]
        if left:
            raise Wrong(f"files remain: {left}")
        if os.path.exists(COPIES) and set(os.listdir(COPIES)) - {"sessions"}:
            raise Wrong(f"directories remain: {os.listdir(COPIES)}")


def scope_of(path):
    return f'Universal-Hooks::Scripts::{path.replace(OURS, "").replace(PACKAGED, "")}::'


class Judge:
    def __init__(self, scene, watcher, renamed):
        self.scene, self.watcher, self.renamed, self.faults = scene, watcher, renamed, scene.faults
        self.roles = {victim.role for victim in watcher.victims}
        if self.faults.is_at_terminal and self.faults.signal != "TSTP":
            self.roles |= {"apt", "dpkg"}
        self.lines, self.marks = [], set()

    def details(self):
        return "\n    ".join(["", f"marks {sorted(self.watcher.marks)}", *map(str, self.lines)])

    def is_killed(self):
        return not self.faults.is_lossless()

    def status(self, status, errors):
        """No fault of ours makes apt fail, and a veto always does."""
        scene, is_killed = self.scene, self.is_killed()
        if is_killed and self.roles & {"apt", "dpkg"}:
            return
        has_lost = is_killed and self.roles & {"helper", "script", "child"}
        if has_lost and self.faults.signal == "INT":
            return  # taken for Ctrl-C, which stops apt
        if scene.has_veto and not has_lost and status == 0:
            raise Wrong(f"a hook of Session-Start vetoes, but apt succeeds:\n{errors}")
        is_veto_killed = is_killed and VETO in scene.paths and self.roles & {"script", "child"}
        if not scene.has_veto and not is_veto_killed and status != 0:
            raise Wrong(f"the frontend exited with {status}:\n{errors}")

    def calm(self, status, calm, errors):
        self.lines = [line._replace(key=self.renamed.get(line.key, line.key)) for line in all_lines()]
        messages = [line for line in errors.splitlines() if re.match("[WE]: ", line)
                    and not line.startswith(("W: apt stopped before dpkg", "W: the Session-End hooks of an earlier"))]
        if status != 0 or messages:
            raise Wrong(f"the undisturbed session exited with {status}:\n{errors}{self.details()}")
        own = [line for line in self.lines if "/Session-End/" in line.path and line.key.split("-")[0] == str(calm.pid)]
        got = [(line.path, line.result, line.packages) for line in own]
        wanted = [OURS + "multi_pkgs/Session-End/__WILDCARD__/10-any"]
        wanted += [path for path, when in ENDS.items() if "pkgs/" not in path and when != "failure"]
        expected = [(path, "ok", "other,") for path in wanted if path in self.scene.paths]
        if got != expected or len({line.key for line in own}) > 1:
            raise Wrong(f"the undisturbed session ran\n    {got}\n  instead of\n    {expected}{self.details()}")
        starts = [line.path for line in self.lines if line.label == "calm" and "/Session-Start/" in line.path]
        if starts != [path for path in (*STARTS, VETO) if path in self.scene.paths]:
            raise Wrong(f"the undisturbed session began with {starts}{self.details()}")
        self.lines = [line for line in self.lines if line.label not in ("calm", "nested") and line not in own]

    def disturbed(self):
        marks = self.watcher.marks
        ends = [line for line in self.lines if "/Session-End/" in line.path]
        self.check_counts(marks, ends)
        for key in marks:
            self.check_missing(key, ends)
        for line in ends:
            if line.result == "ok" and self.scene.has_veto and not self.roles:
                raise Wrong(f"{line.path} got a result of success{self.details()}")

    def check_counts(self, marks, ends):
        for (key, path), count in collections.Counter((line.key, line.path) for line in ends).items():
            if count > 1:
                raise Wrong(f"{path} ran {count} times in {key}{self.details()}")
        strangers = {line.key for line in ends} - marks - self.watcher.nested
        if strangers:
            raise Wrong(f"there was no session {strangers}{self.details()}")
        if self.watcher.nested and not self.roles:
            raise Wrong(f"{self.watcher.nested} are nested sessions{self.details()}")
        is_whole = not (self.is_killed() and self.roles & {"apt"})
        if is_whole and len(marks) > 1 and not self.has_lost_session():
            raise Wrong(f"one session became {sorted(marks)}{self.details()}")
        starts = collections.Counter(line.path for line in self.lines if "/Session-Start/" in line.path and line.label == "disturbed")
        for path, count in starts.items():
            if count > (len(self.scene.goals) if self.has_lost_session() else max(1, len(marks))):
                raise Wrong(f"{path} ran {count} times{self.details()}")
        if not self.roles and len(starts) != len(self.scene.paths & {*STARTS, VETO}):
            raise Wrong(f"Session-Start ran only {starts}{self.details()}")

    def has_lost_session(self):
        """Whether a part of the session could not be written; the process that ends it has no terminal."""
        return COPIES in self.faults.disks

    def check_missing(self, key, ends):
        if self.has_lost_session() or (self.faults.signal == "INT" and self.roles & {"waiter", "script", "child"}):
            return
        ran = {line.path for line in ends if line.key == key}
        pids = {line.pid for line in self.lines}
        lost = [v for v in self.watcher.victims if v.role in ("script", "child") and str(v.pid) not in pids]
        missing = []
        for path in sorted(self.scene.paths & {path for path, when in ENDS.items() if when == "always"}):
            packages = self.packages_of(key)
            is_due = "pkgs/" not in path or (packages if "multi_pkgs" in path else "app" in packages)
            if is_due and path not in ran and path not in {v.path for v in lost}:
                missing.append(path)
        allowed = sum(1 for v in lost if not v.path or "/Session-End/" not in v.path)
        if self.scene.aftermath in ("container", "reboot", "reboot of another"):
            allowed += 1  # the one that was being started when everything ended
        if len(missing) > allowed and self.knows_settings(key):
            raise Wrong(f"never ran in {key}: {missing}{self.details()}")

    def packages_of(self, key):
        """Those that a hook of the session can have seen in its own dpkg runs."""
        is_disturbed = self.faults.disks or self.roles & {"apt", "helper", "child"} or self.scene.aftermath
        if key not in self.watcher.recorded or is_disturbed:
            return set()
        return {name for goal in self.scene.goals for name in goal}

    def knows_settings(self, key):
        """Without packages, a child reads apt's settings; if that is killed, no hook is known to run always."""
        return "child" not in self.roles or key in self.watcher.recorded
