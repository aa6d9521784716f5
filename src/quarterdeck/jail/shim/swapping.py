"""Putting a file in the place of another, in a jail, if that one is still what its writer thinks that it is.

No link is followed on the way: what a jail put there leads to its own files alone, but not to those that were meant.
The new content is written beside the old and takes its name, so nobody ever reads half of it.
"""

import errno
import os
import stat
import struct

_HEAD = struct.Struct("<?cI")
KEEP, PLAIN, EXECUTABLE = b"k", b"p", b"x"
"""The mode: that of the old file, or of a new one."""
MODES = {KEEP: 0o644, PLAIN: 0o644, EXECUTABLE: 0o755}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
FRESH = b".qd-new-%d"

STALE = "The file is not what it was."
IN_THE_WAY = "A link, or what is no folder, is on the way to it."
NO_FILE = "What is there is no plain file."


class RefusedSwapError(Exception):
    """It is left as it is; the text says why."""


def encode(old: bytes | None, new: bytes, mode: bytes = KEEP) -> bytes:
    """`old`: what is there now; None: nothing is."""
    return _HEAD.pack(old is not None, mode, len(old or b"")) + (old or b"") + new


def decode(content: bytes) -> tuple[bytes | None, bytes, bytes]:
    """What is there, what is to be, and the mode."""
    is_there, mode, size = _HEAD.unpack_from(content)
    end = _HEAD.size + size
    return content[_HEAD.size : end] if is_there else None, content[end:], mode


def swap(root: int, parts: list[bytes], content: bytes) -> None:
    """Raises RefusedSwapError, and OSError as of a full disk: in both cases nothing has changed."""
    old, new, mode = decode(content)
    *folders, name = parts
    folder = _descend(root, folders, make=old is None)
    try:
        kept = _compared(folder, name, old)
        _replace(folder, name, new, kept if mode == KEEP and kept is not None else MODES[mode])
    finally:
        os.close(folder)


def _descend(root: int, folders: list[bytes], *, make: bool) -> int:
    folder = os.dup(root)
    for each in folders:
        try:
            inner = _enter(folder, each, make=make)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _enter(folder: int, name: bytes, *, make: bool) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise RefusedSwapError(STALE) from None
    except OSError as error:
        if error.errno == errno.EACCES:
            raise
        raise RefusedSwapError(IN_THE_WAY) from None
    os.mkdir(name, 0o755, dir_fd=folder)
    return os.open(name, FOLDER, dir_fd=folder)


def _compared(folder: int, name: bytes, old: bytes | None) -> int | None:
    """The mode of what is there, which is as it is to be."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        if old is None:
            return None
        raise RefusedSwapError(STALE) from None
    if not stat.S_ISREG(found.st_mode):
        raise RefusedSwapError(NO_FILE)
    if old is None or found.st_size != len(old) or _read(folder, name, len(old) + 1) != old:
        raise RefusedSwapError(STALE)
    return stat.S_IMODE(found.st_mode) & 0o777


def _read(folder: int, name: bytes, size: int) -> bytes:
    try:
        fd = os.open(name, OLD, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.EACCES:
            raise
        raise RefusedSwapError(STALE) from None
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise RefusedSwapError(NO_FILE)
        return file.read(size)


def _replace(folder: int, name: bytes, new: bytes, mode: int) -> None:
    fresh = FRESH % os.getpid()
    fd = os.open(fresh, NEW, 0o600, dir_fd=folder)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(new)
            file.flush()
            os.fchmod(fd, mode)
        os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(fresh, dir_fd=folder)
        raise
