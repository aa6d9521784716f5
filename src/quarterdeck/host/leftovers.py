"""Processes that an earlier start left behind, told by what they have open and not by a number in a file."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

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
        for pid in find():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + each
        while time.monotonic() < deadline:
            if not find():
                return True
            time.sleep(0.02)
    return not find()


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
