"""Processes that an earlier start left behind, told by what they have open or by when they started; never by a number
in a file alone."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from quarterdeck.jail.shim import record

PROC = Path("/proc")


def working_in(folder: Path, program: str) -> list[int]:
    """Processes of that program whose working directory is `folder`. Those of other users are seen by root only."""
    try:
        wanted = folder.stat()
    except FileNotFoundError:
        return []
    return [pid for pid in _pids() if _runs(pid, program) and _same(PROC / str(pid) / "cwd", wanted)]


def parent(pid: int) -> int | None:
    """The parent's pid; None where the process is gone."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1])


def end(find: Callable[[], list[int]], signals: tuple[signal.Signals, ...], each: float) -> bool:
    """Sends the signals in turn, waiting up to `each` seconds after each, until nothing is found. True: all gone."""
    for number in signals:
        _send(number, find)
        deadline = time.monotonic() + each
        while time.monotonic() < deadline:
            if not find():
                return True
            time.sleep(0.02)
    return not find()


def recorded(pid: int, started: int) -> bool:
    """Whether the process with that pid is the one that started then, in clock ticks since this boot."""
    return record.started(pid) == started


def _send(number: signal.Signals, find: Callable[[], list[int]]) -> None:
    """By descriptors opened before a second look: no number that has passed to another process is ever signalled."""
    with contextlib.ExitStack() as opened:
        handles: dict[int, int] = {}
        for pid in find():
            with contextlib.suppress(ProcessLookupError):
                handles[pid] = os.pidfd_open(pid)
                opened.callback(os.close, handles[pid])
        for pid in find():
            if pid in handles:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handles[pid], number)


def _pids() -> Iterator[int]:
    for entry in os.scandir(PROC):
        if entry.name.isdigit():
            yield int(entry.name)


def _runs(pid: int, program: str) -> bool:
    try:
        return (PROC / str(pid) / "comm").read_text().strip() == program
    except OSError:
        return False


def _same(link: Path, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(link.stat(), wanted)
    except OSError:
        return False
