"""Touching files of somebody else's as their owner: what he may not do is not done for him either.

The kernel checks access to files by ids that each thread has for itself (setfsuid(2)); with them go the privileges
over files. So a thread that is made for it does the work, and ends.
"""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from quarterdeck.domain.errors import UnavailableError

T = TypeVar("T")
SETGROUPS = {"x86_64": 116, "aarch64": 159}
"""System calls by their numbers: glibc's own function would change all threads."""
_libc = ctypes.CDLL(None, use_errno=True)


def as_owner(owner: tuple[int, int] | None, work: Callable[[], T]) -> T:
    """`owner`: uid and gid; None: as this process is."""
    if owner is None:
        return work()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="owner") as thread:
        return thread.submit(_dropped, owner, work).result()


def _dropped(owner: tuple[int, int], work: Callable[[], T]) -> T:
    uid, gid = owner
    setgroups = SETGROUPS.get(os.uname().machine)
    if setgroups is None or _libc.syscall(setgroups, 0, None) != 0:
        raise UnavailableError("This host does not let files be written as their owner.", "Run the worker as him.")
    _libc.setfsgid(gid)
    _libc.setfsuid(uid)
    if (_libc.setfsgid(-1), _libc.setfsuid(-1)) != (gid, uid):  # they tell of no failure
        raise UnavailableError(f"The worker cannot act as uid {uid}.", "Run the worker as root, or as that user.")
    return work()
