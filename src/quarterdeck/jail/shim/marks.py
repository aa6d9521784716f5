"""Which command a process belongs to, on a kernel that may not know child subreapers: older gVisors do not.

There an orphan becomes the child of the jail's first process, whoever started it. So each subreaper lowers a resource
limit of its own to a number that is its alone, far above what the limit is about. Whatever it starts inherits that,
and may only lower it further: then it has no mark, and is ended with the first command that ends.
"""

import os
import resource

from quarterdeck.jail.shim import family
from quarterdeck.jail.shim.family import Process

MARK = resource.RLIMIT_DATA
BASE = 1 << 46
"""Bytes: no process has as many."""


def put_on() -> None:
    """On this process, a subreaper, and so on all that it starts."""
    number = BASE + os.getpid()
    resource.setrlimit(MARK, (number, number))


def members(subreaper: int) -> dict[int, Process]:
    """What lives and was started by it, wherever it is."""
    processes = family.all_processes()
    marked = [pid for pid in processes if pid != subreaper and _mark(pid) == subreaper]
    found = family.below(processes, [subreaper, *marked])
    return found | {pid: processes[pid] for pid in marked if processes[pid].state not in family.DEAD}


def marked_by(subreapers: set[int]) -> set[int]:
    return {pid for pid in family.all_processes() if _mark(pid) in subreapers}


def _mark(pid: int) -> int:
    try:
        return resource.prlimit(pid, MARK)[1] - BASE
    except OSError:
        # it is gone
        return 0
