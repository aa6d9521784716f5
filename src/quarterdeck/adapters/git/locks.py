"""Locks between threads and processes, by flock on a file of their own: the kernel frees them when a holder dies."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Generator[int]:
    """Waits for the lock. The descriptor can be handed to a child, which then holds the lock as well."""
    with _opened(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield fd


@contextmanager
def shared(path: Path) -> Generator[int]:
    with _opened(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_SH)
        yield fd


@contextmanager
def exclusive_if_free(path: Path) -> Generator[bool]:
    """Says whether it holds the lock."""
    with _opened(path) as fd:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _opened(path: Path) -> Generator[int]:
    # the file is never removed: a waiter could hold a lock on the removed one while a newcomer takes the new one
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)
