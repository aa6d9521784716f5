"""One `quarterdeck up` per data directory. The kernel drops the lock with its holder, so it is never stale."""

import fcntl
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.host.errors import AlreadyRunningError, StorageError

PATIENCE = 1.0
"""How long a holder may take to write down who it is."""


@dataclass(frozen=True)
class Holder:
    pid: int
    url: str


@contextmanager
def hold(path: Path, url: str = "") -> Generator[None]:
    """Holds the lock. Raises AlreadyRunningError, saying who has it, and where it serves if it does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _try_lock(descriptor):
            raise AlreadyRunningError(
                _running(holder(path)), "Stop it with quarterdeck down, or use another --data-dir."
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(path: Path) -> Holder | None:
    """Who holds the lock; None: nobody."""
    deadline = time.monotonic() + PATIENCE
    while is_held(path):
        try:
            return Holder(**json.loads(path.read_text()))
        except (ValueError, TypeError):
            if time.monotonic() > deadline:
                return Holder(0, "")
            time.sleep(0.01)
    return None


def is_held(path: Path) -> bool:
    """Whether a process has it. Raises StorageError where the data directory is another user's."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except PermissionError as error:
        raise StorageError(
            f"The data directory {path.parents[1]} belongs to another user.",
            "Run this as that user, or name another data directory (--data-dir or QD_DATA_DIR).",
        ) from error
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _running(by: Holder | None) -> str:
    who = f" ({', '.join(filter(None, (f'pid {by.pid}', by.url)))})" if by and by.pid else ""
    return f"Quarterdeck runs already{who}."
