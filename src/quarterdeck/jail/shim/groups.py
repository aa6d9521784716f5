"""The control groups of one session, as its shim sees them: one group for each command, below the one with the limits.

The host has made the session's groups (`jail.cgroups`), and given this user the right to make groups below them. The
shim itself and the agent are in none of those with limits, so that they never die of the jail's memory.
"""

import os
import signal
import time
from typing import Any

V1, V2 = 1, 2
ROOM_OF_ITS_OWN = 16
"""So many of a session's processes one command cannot take, so that another can still be started beside it."""
REMOVE_SECONDS = 0.1
FREEZE_SECONDS = 2.0
ROUND_SECONDS = 0.002

Config = dict[str, Any]


class Used:
    """What a command used, as its group has it; None is what this host does not count."""

    __slots__ = ("cpu_ms", "killed_for_memory", "peak_bytes", "refused_processes")

    def __init__(
        self, cpu_ms: int | None, peak_bytes: int | None, killed_for_memory: int, refused_processes: int
    ) -> None:
        self.cpu_ms = cpu_ms
        self.peak_bytes = peak_bytes
        self.killed_for_memory = killed_for_memory
        self.refused_processes = refused_processes


class Group:
    """One command's group: the same name in each hierarchy. Reading from one that is gone gives nothing."""

    __slots__ = ("_began_us", "_folders", "_roles", "thawed")

    def __init__(self, roles: dict[str, tuple[int, str]]) -> None:
        self._roles = roles
        self._folders = sorted({folder for _, folder in roles.values()})
        self._began_us = 0
        self.thawed = True

    def make(self, processes: int) -> None:
        for folder in self._folders:
            os.mkdir(folder, 0o755)  # noqa: PTH102 - pathlib costs the shim memory
        version, folder = self._roles.get("pids", (0, ""))
        if version:
            _write(f"{folder}/pids.max", str(processes - min(ROOM_OF_ITS_OWN, processes // 4)))
        version, folder = self._roles.get("memory", (0, ""))
        if version == V2:
            # where one process of it is killed for want of memory, all of them are
            _write(f"{folder}/memory.oom.group", "1")

    def doors(self) -> list[int]:
        """Descriptors to write `0` to for who wants in; the caller closes them."""
        return [os.open(f"{folder}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for folder in self._folders]

    def begin(self) -> None:
        """What was used before is not the command's."""
        self._began_us = self._used_us() or 0

    def used(self) -> Used:
        used_us = self._used_us()
        cpu_ms = None if used_us is None else max(0, used_us - self._began_us) // 1000
        return Used(cpu_ms, self._peak_bytes(), self.killed_for_memory(), self._refused_processes())

    def _peak_bytes(self) -> int | None:
        version, folder = self._roles.get("memory", (0, ""))
        return _number(f"{folder}/{'memory.peak' if version == V2 else 'memory.max_usage_in_bytes'}")

    def killed_for_memory(self) -> int:
        """How many of its processes the kernel has killed for want of memory."""
        version, folder = self._roles.get("memory", (0, ""))
        return _counter(f"{folder}/{'memory.events' if version == V2 else 'memory.oom_control'}", "oom_kill")

    def _refused_processes(self) -> int:
        """How many processes or threads it could not start."""
        _, folder = self._roles.get("pids", (0, ""))
        return _counter(f"{folder}/pids.events", "max")

    def freeze(self, *, frozen: bool) -> None:
        """Asks for it. What it starts meanwhile is frozen as well."""
        version, folder = self._roles["freezer"]
        if version == V1:
            _write(f"{folder}/freezer.state", "FROZEN" if frozen else "THAWED")
        else:
            _write(f"{folder}/cgroup.freeze", "1" if frozen else "0")
        self.thawed = not frozen

    def is_frozen(self) -> bool:
        version, folder = self._roles["freezer"]
        if version == V1:
            return _read(f"{folder}/freezer.state").strip() == "FROZEN"
        return _counter(f"{folder}/cgroup.events", "frozen") == 1

    def kill(self) -> None:
        """Ends everything in it, frozen or not, wherever it hides."""
        if any(_write(f"{folder}/cgroup.kill", "1") for folder in self._folders):
            return
        _, folder = self._roles.get("pids", (0, ""))
        _write(f"{folder}/pids.max", "0")
        for pid in _read(f"{self._folders[0]}/cgroup.procs").split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
        if not self.thawed:
            # in version 1 what is frozen dies only when it is thawed
            self.freeze(frozen=False)

    def remove(self) -> bool:
        """Whether it is gone; it is not while anything in it lives."""
        for folder in self._folders:
            try:
                os.rmdir(folder)  # noqa: PTH106 - pathlib costs the shim memory
            except FileNotFoundError:
                continue
            except OSError:
                return False
        return True

    def _used_us(self) -> int | None:
        version, folder = self._roles.get("cpuacct", (0, ""))
        if version == V2:
            return _counter(f"{folder}/cpu.stat", "usage_usec")
        used_ns = _number(f"{folder}/cpuacct.usage")
        return None if used_ns is None else used_ns // 1000


class Groups:
    """Those of all commands. `roles`: by controller, the hierarchy's version and the session's group."""

    def __init__(self, config: Config) -> None:
        self._roles: dict[str, list[Any]] = config.get("groups", {}).get("roles", {})
        self._processes = int(config.get("processes", 0))
        self._count = 0
        self._living: list[Group] = []
        self._leaving: list[Group] = []
        self.retry_at: float | None = None
        """When those that could not be removed are tried again."""

    def __bool__(self) -> bool:
        return bool(self._roles)

    @property
    def can_freeze(self) -> bool:
        return "freezer" in self._roles

    def make(self) -> Group | None:
        """For one command; None where the host gives none. Raises OSError."""
        if not self._roles:
            return None
        self._count += 1
        group = Group({role: (version, f"{folder}/{self._count}") for role, (version, folder) in self._roles.items()})
        self._living.append(group)
        group.make(self._processes)
        return group

    def discard(self, group: Group | None) -> None:
        """Its command and all that this left are gone, or will be in a moment."""
        if group is not None and group in self._living:
            self._living.remove(group)
            self._leaving.append(group)
            self.sweep()

    def sweep(self) -> None:
        self._leaving = [group for group in self._leaving if not group.remove()]
        self.retry_at = time.monotonic() + REMOVE_SECONDS if self._leaving else None

    def thaw(self) -> None:
        for group in self._living:
            if not group.thawed:
                group.freeze(frozen=False)

    def kill(self) -> None:
        """Everything in all of them, and the groups."""
        for group in self._living:
            group.kill()
        self._leaving += self._living
        self._living = []
        self.sweep()

    def memory_alarm(self) -> tuple[int, bool] | None:
        """A descriptor that says when memory has run out, and whether it does so as urgent data (poll(2)'s POLLPRI).

        In version 1 it speaks before the kernel has killed anything.
        """
        version, folder = self._roles.get("memory", (0, ""))
        try:
            if version == V2:
                return os.open(f"{folder}/memory.events", os.O_RDONLY | os.O_CLOEXEC), True
            if version == V1:
                return _listen_to(folder), False
        except OSError:
            # the end of each command tells it as well, only later
            return None
        return None


def freeze(groups: list[Group]) -> bool:
    """Freezes what runs in them; whether that came about."""
    for group in groups:
        group.freeze(frozen=True)
    until = time.monotonic() + FREEZE_SECONDS
    while not all(group.is_frozen() for group in groups):
        if time.monotonic() > until:
            return False
        time.sleep(ROUND_SECONDS)
    return True


def _listen_to(folder: str) -> int:
    """See the kernel's cgroup-v1/memory.rst, "OOM Control"."""
    alarm = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
    control = os.open(f"{folder}/memory.oom_control", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not _write(f"{folder}/cgroup.event_control", f"{alarm} {control}"):
            raise OSError("refused")
    except OSError:
        os.close(alarm)
        raise
    finally:
        os.close(control)
    return alarm


def quiet(alarm: int, *, urgent: bool) -> None:
    """Reads what an alarm said, so that it can speak again."""
    if urgent:
        os.pread(alarm, 4096, 0)
        return
    try:
        os.eventfd_read(alarm)
    except BlockingIOError:
        return


def enter(config: Config) -> None:
    """This process goes into the shim's own group of version 2, from which commands can be put into theirs."""
    folder = config.get("groups", {}).get("shim", "")
    if folder and not _write(f"{folder}/cgroup.procs", "0"):
        raise OSError(f"{folder} cannot be entered")


def join(doors: list[int]) -> None:
    """This process goes into the groups whose descriptors these are; they are closed."""
    for door in doors:
        os.write(door, b"0")
        os.close(door)


def _write(path: str, text: str) -> bool:
    """Whether the kernel took it."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.write(fd, text.encode())
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _read(path: str) -> str:
    try:
        with open(path) as file:  # noqa: PTH123 - pathlib costs the shim memory
            return file.read()
    except OSError:
        return ""


def _number(path: str) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isdigit() else None


def _counter(path: str, name: str) -> int:
    """A number from a file of lines, each a name and a number."""
    for line in _read(path).splitlines():
        found, _, number = line.partition(" ")
        if found == name:
            return int(number)
    return 0
