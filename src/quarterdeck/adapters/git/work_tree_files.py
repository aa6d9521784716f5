"""A file in somebody's work tree, by descriptors: no link is followed, and no content is lost that is not known.

A file is exchanged for the new one, and only then looked at: whoever saved it a moment before gets his own back.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress

from quarterdeck.application.ports.task_files import MAX_FILE_BYTES
from quarterdeck.domain.errors import BusyError, ConflictError

RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_libc = ctypes.CDLL(None, use_errno=True)


def spare_of(path: str) -> str:
    """The name beside it that is used for a moment."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name[:60]}.quarterdeck"


def read(root: bytes, path: str) -> bytes | None:
    """A little more than a task file may have, at most. Raises ConflictError for what is no file."""
    with _folder_of(root, path) as folder:
        return None if folder is None else _read(folder, _name(path), path)


def put(root: bytes, path: str, content: bytes, *, instead_of: bytes | None) -> None:
    """Whole or not at all, with the mode of the file that was there. `instead_of`: None where there is no file.

    Raises BusyError where something else is there, and leaves it.
    """
    with _folder_of(root, path, make=True) as folder:
        if folder is None:
            raise _changed(path)
        name, spare = _name(path), _name(spare_of(path))
        _write(folder, spare, content, 0o644 if instead_of is None else _mode(folder, name, path))
        try:
            if instead_of is None:
                _rename(folder, spare, name, RENAME_NOREPLACE)
            else:
                _exchange_for(folder, spare, name, path, instead_of)
                os.unlink(spare, dir_fd=folder)
        except FileExistsError:
            _forget(folder, spare, content)
            raise _changed(path) from None
        except BaseException:
            _forget(folder, spare, content)
            raise


def take_away(root: bytes, path: str, content: bytes) -> None:
    """Raises BusyError where it has another content, and leaves it."""
    with _folder_of(root, path) as folder:
        if folder is None:
            return
        name, spare = _name(path), _name(spare_of(path))
        _rename(folder, name, spare, RENAME_NOREPLACE)
        if _found(folder, spare, path) != content:
            _rename(folder, spare, name, RENAME_NOREPLACE)
            raise _changed(path)
        os.unlink(spare, dir_fd=folder)


def tidy(root: bytes, path: str, old: bytes | None, new: bytes) -> None:
    """After somebody was killed in `put`: a spare that is a part of what was to be put, or what was there, goes.

    Any other is what somebody saved just then; it goes back to its place if the new content is there, and else stays.
    """
    with suppress(ConflictError), _folder_of(root, path) as folder:
        if folder is None:
            return
        name, spare = _name(path), _name(spare_of(path))
        left = _read(folder, spare, path)
        if left is None:
            return
        if left != old and not new.startswith(left):
            if _read(folder, name, path) != new:
                return
            _rename(folder, spare, name, RENAME_EXCHANGE)
        os.unlink(spare, dir_fd=folder)


def _exchange_for(folder: int, spare: bytes, name: bytes, path: str, instead_of: bytes) -> None:
    if _read(folder, name, path) != instead_of:
        raise _changed(path)
    try:
        _rename(folder, spare, name, RENAME_EXCHANGE)
    except FileNotFoundError:
        raise _changed(path) from None
    if _found(folder, spare, path) != instead_of:
        _rename(folder, spare, name, RENAME_EXCHANGE)
        raise _changed(path)


def _found(folder: int, name: bytes, path: str) -> bytes | None:
    try:
        return _read(folder, name, path)
    except ConflictError:  # a link by now
        return None


def _forget(folder: int, spare: bytes, content: bytes) -> None:
    """If it is ours: were it somebody's that could not be put back, it stays."""
    if _found(folder, spare, "") == content:
        os.unlink(spare, dir_fd=folder)


def _rename(folder: int, one: bytes, other: bytes, how: int) -> None:
    if _libc.renameat2(folder, one, folder, other, how) == 0:
        return
    number = ctypes.get_errno()
    if number in {errno.EINVAL, errno.ENOSYS}:
        raise ConflictError(
            "The repository's file system cannot exchange two files at once, so an edit could be lost.",
            "Check another branch out there, or choose one for tasks: `qd project set tasks-branch=NAME`.",
        )
    raise OSError(number, os.strerror(number))


def _write(folder: int, spare: bytes, content: bytes, mode: int) -> None:
    try:
        fd = os.open(spare, _NEW, 0o600, dir_fd=folder)
    except FileExistsError:
        raise ConflictError(
            f"{spare.decode(errors='backslashreplace')} is in the way, beside the task file in the work tree.",
            "Somebody may have saved the task file just then: look at it, and remove it.",
        ) from None
    with open(fd, "wb") as file:
        file.write(content)
        os.fchmod(fd, mode)
        file.flush()
        os.fsync(fd)


def _mode(folder: int, name: bytes, path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        raise _changed(path) from None


def _read(folder: int, name: bytes, path: str) -> bytes | None:
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _no_file(path) from None
        raise
    with open(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise _no_file(path)
        return file.read(MAX_FILE_BYTES + 1)


@contextmanager
def _folder_of(root: bytes, path: str, *, make: bool = False) -> Generator[int | None]:
    """The folder that it lies in; None: there is none."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in path.encode().split(b"/")[:-1]:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o755, dir_fd=folder)
            inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
    except FileNotFoundError:
        os.close(folder)
        yield None
        return
    except OSError as error:
        os.close(folder)
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise _no_file(path) from None
        raise
    try:
        yield folder
    finally:
        os.close(folder)


def _name(path: str) -> bytes:
    return path.rpartition("/")[2].encode()


def _changed(path: str) -> BusyError:
    return BusyError(f"{path} was changed in the work tree just now.", "Commit it, or undo it.")


def _no_file(path: str) -> ConflictError:
    return ConflictError(
        f"{path} is no plain file in the work tree, or lies behind a symbolic link; it is not written through.",
        "Put a file there, or choose another branch for tasks: `qd project set tasks-branch=NAME`.",
    )
