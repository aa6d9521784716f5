"""Holding a repository's `index.lock`, as git does, so that a kill leaves no lock that nobody would ever take away.

The lock is a second name of a file that says what is being done under it. So whoever finds that file knows which lock
is ours, and what to undo; who is at it still holds flock(2) on it.
"""

import errno
import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import msgspec

from quarterdeck.domain.errors import BusyError, ConflictError

NOTE = "Quarterdeck writes task files here. If it was killed, it undoes this when it next looks."
_NAME, _LOCK = b"quarterdeck-tasks.json", b"index.lock"
_MOST = 1_000_000


Name = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40}$")]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One file: what both index and HEAD have, and what they get. Names of contents as git has them."""

    path: str
    mode: str
    old: Name | None
    old_mode: str
    new: Name
    put: bool
    """False: the work tree has the new content already."""


class Undertaking(msgspec.Struct, frozen=True, kw_only=True):
    branch: str
    onto: Name
    commit: Name
    changes: tuple[Change, ...]
    note: str = NOTE


class IndexLock:
    def __init__(self, git_dir: bytes, fd: int) -> None:
        self._git_dir, self._fd = git_dir, fd

    def left_over(self) -> Undertaking | None:
        """What somebody who was killed was at. What is written there leads to files below the work tree only."""
        try:
            found = msgspec.json.decode(os.pread(self._fd, _MOST, 0), type=Undertaking)
        except msgspec.DecodeError:
            return None
        inside = all({"", ".", "..", ".git"}.isdisjoint(each.path.split("/")) for each in found.changes)
        return found if inside else None

    def begin(self, undertaking: Undertaking) -> None:
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, msgspec.json.encode(undertaking) + b"\n", 0)
        os.fsync(self._fd)
        self.take()

    def take(self) -> None:
        """Raises BusyError where somebody else has it."""
        if self._is_held():
            return
        folder = os.open(self._git_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.link(_NAME, _LOCK, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            raise lock_is_taken() from None
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
                raise
            raise ConflictError(
                "The repository's file system has no hard links, which writing to a branch that is checked out needs.",
                "Check another branch out there, or choose one for tasks: `qd project set tasks-branch=NAME`.",
            ) from None
        finally:
            os.close(folder)

    def release(self) -> None:
        """Of the two names the one that says whose the lock is goes last."""
        if self._is_held():
            os.unlink(self._git_dir + b"/" + _LOCK)
        os.unlink(self._git_dir + b"/" + _NAME)

    def _is_held(self) -> bool:
        return _same(self._git_dir + b"/" + _LOCK, self._fd)


def lock_is_taken() -> BusyError:
    return BusyError(
        "Another git is at work in the repository, or was killed there: it has an index.lock.",
        "If no git runs there, remove `.git/index.lock`.",
    )


def is_left(git_dir: bytes) -> bool:
    return os.path.lexists(git_dir + b"/" + _NAME)


@contextmanager
def index_lock(git_dir: bytes) -> Generator[IndexLock]:
    """Not taken yet. Raises BusyError where another one of us has it."""
    fd = os.open(git_dir + b"/" + _NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        if not (_locked(fd) and _same(git_dir + b"/" + _NAME, fd)):
            raise BusyError("Another Quarterdeck writes task files into this repository just now.", "Wait a moment.")
        yield IndexLock(git_dir, fd)
    finally:
        os.close(fd)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(path: bytes, fd: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(fd))
    except FileNotFoundError:
        return False
