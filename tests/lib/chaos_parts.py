# SPDX-License-Identifier: BSD-2-Clause
"""What both kinds of rounds of tests/chaos use: processes, files, dpkg's database, the log."""
import glob
import itertools
import os
import shutil
import subprocess

HELPER = "/usr/libexec/apt-universal-hooks/helper"
STATE = "/run/apt-universal-hooks"
LOG = "/var/log/apt/universal-hooks.log"
OURS = "/etc/apt/universal-hooks/"
PACKAGED = "/usr/lib/apt/universal-hooks/"
RUNS = "/runs"
ADMIN = "/var/lib/dpkg"
SECONDS = itertools.count(1000000000)
PATIENCE = 300  # seconds, for things that take one on an idle machine
NAMES = ("app", "lib", "other")


class Wrong(Exception):
    """An expectation is not met."""


class Process:
    def __init__(self, pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        self.pid = pid
        self.state, self.parent, self.group, self.session = fields[0], *map(int, fields[1:4])
        self.exe = os.readlink(f"/proc/{pid}/exe")
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            self.words = file.read().split("\0")

    def script(self):
        for word in self.words[:8]:
            if word.startswith((OURS, PACKAGED)):
                return word
        return None

    def __str__(self):
        return f"{self.pid} (parent {self.parent}) {' '.join(self.words)}"


def processes():
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in (1, os.getppid(), os.getpid()):
            continue
        try:
            process = Process(int(name))
        except (OSError, IndexError):
            continue
        if process.state not in "ZX":
            found[process.pid] = process
    return found


def exe_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def database_files():
    found = [ADMIN + "/status", ADMIN + "/status-old", *glob.glob(ADMIN + "/triggers/*")]
    for name in NAMES:
        found += glob.glob(f"{ADMIN}/info/{name}.*")
    return [path for path in found if os.path.exists(path)]


def save_database():
    return {path: open(path, "rb").read() for path in database_files()}


def restore_database(saved):
    restored = next(SECONDS)
    for path in (*database_files(), *glob.glob(ADMIN + "/updates/*")):
        if path not in saved:
            os.unlink(path)
    for path, data in saved.items():
        with open(path + ".chaos", "wb") as file:
            file.write(data)
        # apt takes a status file with the same size and mtime for the one in its cache.
        os.utime(path + ".chaos", (restored, restored))
        os.rename(path + ".chaos", path)
    shutil.rmtree(ADMIN + "/tmp.ci", ignore_errors=True)


def installed():
    """The state of our packages in dpkg's database: name: (state, version)."""
    show = ["dpkg-query", "--showformat", "${Package} ${db:Status-Status} ${db:Status-Eflag} ${Version}\n", "--show"]
    answer = subprocess.run([*show, *NAMES], capture_output=True, text=True, check=False).stdout
    return {line.split()[0]: line.split()[1:] for line in answer.splitlines()}


def is_reached(goal):
    states = installed()
    for name, version in goal.items():
        state = states.get(name, ["not-installed", "ok", ""])
        if version is None:
            if state[0] not in ("not-installed", "config-files"):
                return False
        elif state[0] != "installed" or state[-1] != version:
            return False
    return True


def stamp():
    status = os.stat(ADMIN + "/status")
    return status.st_ino, status.st_mtime_ns


def is_well():
    whole = ("installed", "not-installed", "config-files")
    return all(state[0] in whole and state[1] == "ok" for state in installed().values())


def check_log():
    """Every stanza is complete, and the command can read it."""
    text = read(LOG)
    for stanza in filter(None, text.split("\n\n")):
        lines = stanza.strip("\n").split("\n")
        if not lines[0].startswith("Start-Date: ") or not lines[-1].startswith("End-Date: "):
            raise Wrong("the log contains an incomplete stanza:\n" + stanza)
    if not text.endswith("\n\n"):
        raise Wrong("the log does not end with a complete stanza:\n" + text)
    answer = subprocess.run(["apt-universal-hooks", "log"], capture_output=True, text=True, check=False)
    if answer.returncode != 0 or answer.stderr or "damaged" in answer.stdout:
        raise Wrong(f"apt-universal-hooks log: {answer.returncode} {answer.stderr}\n{answer.stdout}")
