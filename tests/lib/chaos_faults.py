# SPDX-License-Identifier: BSD-2-Clause
"""What disturbs a round of tests/chaos: signals, also from a terminal, disks that are full or
read-only, a clock that jumps, and two of these."""
import collections
import ctypes
import errno
import fcntl
import os
import pty
import signal
import termios
import traceback

KINDS = ("signal", "terminal", "disk", "clock", "pair")
PAIRS = (
    ("signal", "disk"), ("signal", "disk"), ("signal", "clock"), ("terminal", "disk"), ("disk", "disk"),
    ("disk", "clock"),
)
SIGNALS = ("KILL", "KILL", "KILL", "TERM", "HUP", "INT", "STOP", "STOP KILL")
# What a terminal sends to its foreground process group; a terminal that is closed sends SIGHUP.
KEYS = {"INT": b"\x03", "TSTP": b"\x1a", "HUP": b""}
LOSSLESS = ("", "STOP", "TSTP")

RUN, LOGS, COPIES = "/run", "/var/log/apt", "/var/lib/apt-universal-hooks"
DISKS = (RUN, LOGS, COPIES)
FULL = "/full"  # what fills a disk, below it
CLOCK = "/clock"  # the seconds by which chaos-clock.c changes the clock
YEAR = 365 * 86400
JUMPS = (-3600, 3600, 10 * YEAR, 90 * YEAR, -40 * YEAR)

MS_RDONLY, MS_REMOUNT = 1, 32

Victim = collections.namedtuple("Victim", "role pid path signal moment")
# From begin to end, as fractions of the time that the round takes without it.
Trouble = collections.namedtuple("Trouble", "what place begin end")


def choose_trouble(dice, part):
    begin = dice.choice((-1, dice.random(), dice.random()))  # -1: before apt starts
    end = dice.choice((9, begin + dice.random()))  # 9: until all is over
    if part == "clock":
        return Trouble("clock", dice.choice(JUMPS), begin, end)
    return Trouble(dice.choice(("full", "without inodes", "read-only")), dice.choice(DISKS), begin, end)


class Faults:
    """The faults of a round."""

    def __init__(self, dice, kind):
        self.kind = kind or dice.choices(KINDS, (9, 3, 4, 1, 4))[0]
        parts = dice.choice(PAIRS) if self.kind == "pair" else (self.kind,)
        self.is_at_terminal = "terminal" in parts
        self.signal = dice.choice(tuple(KEYS)) if self.is_at_terminal else dice.choice(SIGNALS)
        if not {"signal", "terminal"} & set(parts):
            self.signal = ""
        self.stop_seconds = dice.choice((0.02, 0.1, 0.4))
        self.troubles = [choose_trouble(dice, part) for part in parts if part in ("disk", "clock")]
        self.disks = {trouble.place for trouble in self.troubles if trouble.what != "clock"}
        self.has_clock = len(self.troubles) > len(self.disks) and "clock" in parts

    def is_lossless(self):
        return self.signal in LOSSLESS

    def __str__(self):
        words = [f"signal {self.signal}{' from the terminal' if self.is_at_terminal else ''}"] if self.signal else []
        for what, place, begin, end in self.troubles:
            words.append(f"{place} {what} from {begin:.2f} to {end:.2f}")
        return "; ".join(words)


def system_call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}{arguments}")


def mount_disks():
    """Gives our files disks of their own."""
    for place in DISKS:
        os.makedirs(place, exist_ok=True)
        system_call("mount", b"tmpfs", place.encode(), b"tmpfs", 0, b"size=256k,nr_inodes=400,mode=755")


def fill(place):
    os.mkdir(place + FULL)
    try:
        with open(place + FULL + "/bytes", "wb", buffering=0) as file:
            while file.write(bytes(4096)) == 4096:
                pass
    except OSError:
        pass


def use_up_inodes(place):
    os.mkdir(place + FULL)
    try:
        for number in range(10000):
            os.mknod(f"{place}{FULL}/{number}")
    except OSError:
        pass


def empty(place):
    for name in os.listdir(place + FULL):
        os.unlink(f"{place}{FULL}/{name}")
    os.rmdir(place + FULL)


def set_clock(seconds):
    with open(CLOCK + ".new", "w", encoding="ascii") as file:
        file.write(str(seconds))
    os.rename(CLOCK + ".new", CLOCK)


def remount(place, flags):
    """False while a file on the disk is open for writing."""
    try:
        system_call("mount", None, place.encode(), None, MS_REMOUNT | flags, None)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        return False
    return True


def begin_trouble(trouble):
    """False if it must be tried again."""
    if trouble.what == "clock":
        set_clock(trouble.place)
    elif trouble.what == "full":
        fill(trouble.place)
    elif trouble.what == "without inodes":
        use_up_inodes(trouble.place)
    else:
        return remount(trouble.place, MS_RDONLY)
    return True


def end_trouble(trouble):
    if trouble.what == "clock":
        set_clock(0)
    elif trouble.what == "read-only":
        remount(trouble.place, 0)
    else:
        empty(trouble.place)


class Troubles:
    """Begins and ends the troubles of a run that takes about this many seconds."""

    def __init__(self, faults, seconds):
        self.waiting, self.present = list(faults.troubles if faults else ()), []
        self.seconds = seconds
        self.look(-self.seconds)

    def look(self, passed):
        for trouble in [one for one in self.waiting if passed >= one.begin * self.seconds]:
            # A disk has one trouble at a time.
            if any(one.place == trouble.place for one in self.present):
                self.waiting.remove(trouble)
            elif begin_trouble(trouble):
                self.waiting.remove(trouble)
                self.present.append(trouble)
        for trouble in [one for one in self.present if passed >= one.end * self.seconds]:
            end_trouble(trouble)
            self.present.remove(trouble)

    def end(self):
        self.waiting = []
        self.look(float("inf"))


class Terminal:
    """Like a shell, gives a terminal to the process group of the frontend."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        os.set_blocking(self.master, False)
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def popen_arguments(self):
        return {"stdin": self.slave, "stdout": self.slave, "process_group": 0}

    def give_to(self, group):
        os.tcsetpgrp(self.slave, group)
        os.close(self.slave)

    def read(self):
        try:
            while self.master is not None and os.read(self.master, 65536):
                pass
        except OSError:  # nothing to read, or nobody has it open
            pass

    def send(self, name):
        if self.master is None:
            return
        if KEYS[name]:
            os.write(self.master, KEYS[name])
        else:
            self.close()

    def close(self):
        if self.master is not None:
            os.close(self.master)
        self.master = None


class Blows:
    """Sends the signals of a round, and lets what has been stopped go on."""

    def __init__(self, faults, terminal):
        self.faults, self.terminal = faults, terminal
        self.victims, self.stopped = [], []

    def hit(self, role, process, now, begin):
        """Sends the signal to one process."""
        name = self.faults.signal.split()[0]
        try:
            os.kill(process.pid, getattr(signal, "SIG" + name))
        except ProcessLookupError:
            return
        self.victims.append(Victim(role, process.pid, process.script(), self.faults.signal, now - begin))
        if name == "STOP":
            self.stopped.append((now + self.faults.stop_seconds, process.pid))

    def press(self, found, group, now, begin):
        """Sends the signal from the terminal to the process group."""
        self.terminal.send(self.faults.signal)
        for role, process in found:
            if process.group == group or role in ("apt", "dpkg"):
                self.victims.append(Victim(role, process.pid, process.script(), self.faults.signal, now - begin))
        if self.faults.signal == "TSTP":
            self.stopped.append((now + self.faults.stop_seconds, -group))

    def let_go(self, now):
        for end, pid in self.stopped:
            if now < end:
                continue
            try:
                os.kill(pid, signal.SIGKILL if self.faults.signal == "STOP KILL" else signal.SIGCONT)
            except ProcessLookupError:
                pass
        self.stopped = [(end, pid) for end, pid in self.stopped if now < end]


def in_a_session_of_its_own(play):
    """Calls play in a process that can have a terminal."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        # Of a terminal that is closed; not ignored, which apt would inherit.
        signal.signal(signal.SIGHUP, lambda *_: None)
        status = 1
        try:
            play()
            status = 0
        except BaseException:
            traceback.print_exc()
        os._exit(status)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        raise SystemExit("a round at a terminal ended early")


def environment_for(faults, clock):
    """The environment of apt, with the clock that is wrong if one of the faults is that."""
    return {**os.environ, "LD_PRELOAD": clock} if faults and faults.has_clock else None


def print_round(faults, victims):
    """A line for sum_up() of tests/chaos."""
    words = ["script" if victim.role == "child" else victim.role for victim in victims]
    words += ["disk" for _ in faults.disks] + ["clock"] * faults.has_clock
    print("round", *words, flush=True)
