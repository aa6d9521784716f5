"""Limits that no control group keeps, kept by looking: from inside the jail, a few times a second while anything runs.

What grows faster than that is found a moment late. Files in memory do not count; their file systems have limits.
"""

import os
from collections.abc import Callable

from quarterdeck.jail.shim.family import Process

PAGE = os.sysconf("SC_PAGE_SIZE")

LOOKS = 2
"""At what processes share: one that was looked at before it forked seems to share with nobody."""

Commands = dict[int, dict[int, Process]]
"""By a subreaper's number, what descends from it."""


class Watch:
    """None is no limit. Both are of the whole session."""

    __slots__ = ("memory", "processes")

    def __init__(self, memory: int | None, processes: int | None) -> None:
        self.memory = memory
        self.processes = processes

    def __bool__(self) -> bool:
        return self.memory is not None or self.processes is not None

    def over(self, commands: Commands) -> tuple[str, int] | None:
        """What is exceeded, as the reason of the command's end, and the number of the one that has most of it."""
        if self.processes is not None:
            threads = {number: sum(each.threads for each in family.values()) for number, family in commands.items()}
            if sum(threads.values()) > self.processes:
                return "too_many_processes", max(threads, key=threads.__getitem__)
        if self.memory is not None:
            used = {number: resident(family) for number, family in commands.items()}
            for _ in range(LOOKS):
                if sum(used.values()) <= self.memory:
                    return None
                # what processes share was counted for each: that is only worth the time now
                used = {number: proportional(family) for number, family in commands.items()}
            if sum(used.values()) > self.memory:
                return "out_of_memory", max(used, key=used.__getitem__)
        return None


class OwnKernelWatch(Watch):
    """Where the kernel is the jail's own, which counts all memory that it has given out, files in memory too."""

    __slots__ = ("_of_the_agent",)

    def __init__(self, memory: int | None, processes: int | None) -> None:
        super().__init__(memory, processes)
        self._of_the_agent = given_out() if memory is not None else 0

    def over(self, commands: Commands) -> tuple[str, int] | None:
        if self.memory is None or not commands or given_out() - self._of_the_agent <= self.memory:
            return None
        return "out_of_memory", max(commands, key=lambda number: resident(commands[number]))


def given_out() -> int:
    """Bytes of memory in use, without what is only a copy of files (proc_meminfo(5))."""
    with open("/proc/meminfo", "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
        told = dict(line.split(b":", 1) for line in file)
    return sum(int(told[name].split()[0]) for name in (b"AnonPages", b"Shmem")) * 1024


def commands_of(subreapers: dict[int, int], started_by: Callable[[int], dict[int, Process]]) -> Commands:
    """Those that have any process; `subreapers` gives numbers by pid."""
    found = {number: started_by(pid) for pid, number in subreapers.items()}
    return {number: running for number, running in found.items() if running}


def resident(running: dict[int, Process]) -> int:
    return sum(process.pages for process in running.values()) * PAGE


def proportional(running: dict[int, Process]) -> int:
    """Each process's own memory, and its part of what it shares (proc_pid_smaps(5)'s Pss)."""
    return sum(_proportional(pid, process) for pid, process in running.items())


def _proportional(pid: int, process: Process) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
            lines = file.read().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        # it ended meanwhile
        return 0
    except OSError:
        # it does not let itself be looked into
        return process.pages * PAGE
    told = dict(line.split(b":", 1) for line in lines[1:])
    return sum(int(told[name].split()[0]) for name in (b"Pss", b"Swap") if name in told) * 1024
