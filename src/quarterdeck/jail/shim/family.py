"""Processes as the kernel lists them in /proc: who descends from whom, and how to end them all."""

import os
import signal
import time
from collections.abc import Callable, Collection, Iterable

STOPPED = frozenset("Tt")
DEAD = frozenset("ZX")
WAITS = "D"
ROUNDS = 100
KILL_PATIENCE_SECONDS = 0.2
ROUND_SECONDS = 0.001
"""What was told to stop needs the processor for that."""


class Process:
    __slots__ = ("pages", "parent", "state", "threads")

    def __init__(self, state: str, parent: int, threads: int, pages: int) -> None:
        self.state = state
        self.parent = parent
        self.threads = threads
        self.pages = pages
        """Resident ones."""


def all_processes() -> dict[int, Process]:
    """Every process of the pid namespace whose /proc this is."""
    found: dict[int, Process] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib costs the shim memory
        if name.isdigit():
            process = _read(name)
            if process:
                found[int(name)] = process
    return found


def _read(name: str) -> Process | None:
    try:
        with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if len(fields) < 22:
        return None
    return Process(fields[0].decode(), int(fields[1]), threads=int(fields[17]), pages=int(fields[21]))


def descendants(of: int, without: Collection[int] = ()) -> dict[int, Process]:
    """Living processes that descend from `of`, but not those in `without` nor what descends from them."""
    return below(all_processes(), [of], without)


def below(processes: dict[int, Process], of: Iterable[int], without: Collection[int] = ()) -> dict[int, Process]:
    """The living among `processes` that descend from one that is in `of`."""
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    found: dict[int, Process] = {}
    waiting = [child for parent in of for child in children.get(parent, ())]
    while waiting:
        pid = waiting.pop()
        if pid in without or pid in found:
            continue
        found[pid] = processes[pid]
        waiting += children.get(pid, ())
    return {pid: process for pid, process in found.items() if process.state not in DEAD}


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def stop_all(find: Callable[[], dict[int, Process]], patience: float) -> set[int]:
    """Stops all that are found, also those forked meanwhile, and returns those it told to: they may take `patience`
    seconds for it.

    A stopped process forks no more, so a fork bomb has nobody left after a few rounds.
    """
    told = set[int]()
    rounds, until = 0, None
    while running := _running(find()):
        new = running - told
        for pid in running:
            send(pid, signal.SIGSTOP)
        if new:
            told |= new
            rounds += 1
            if rounds == ROUNDS:
                break
            continue
        until = until or time.monotonic() + patience
        if time.monotonic() >= until:
            break
        time.sleep(ROUND_SECONDS)
    return told


def _running(found: dict[int, Process]) -> set[int]:
    """Who waits in the kernel, perhaps for a stopped child that is to execute (vfork(2)), does nothing before that."""
    stopped_children_of = {process.parent for process in found.values() if process.state in STOPPED}
    return {
        pid
        for pid, process in found.items()
        if process.state not in STOPPED and not (process.state == WAITS and pid in stopped_children_of)
    }


def kill_all(find: Callable[[], dict[int, Process]]) -> None:
    stop_all(find, KILL_PATIENCE_SECONDS)
    for pid in find():
        send(pid, signal.SIGKILL)


def reap() -> dict[int, int]:
    """Waits for every child that has ended: wait statuses by pid."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status


def has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
