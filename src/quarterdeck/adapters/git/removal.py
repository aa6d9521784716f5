"""Removing what a jail wrote: any depth, any mode, and never through a link."""

import contextlib
import os
from itertools import count
from pathlib import Path


def remove_tree(path: Path) -> None:
    """Removes the folder, file or link at `path`. Absent: nothing happens.

    Each folder within is first moved up to the top, so that depth never matters and two folders at most are open.
    """
    try:
        top = _open(os.fsencode(path), None)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        path.unlink(missing_ok=True)
        return
    try:
        _Removal(top).run()
    finally:
        os.close(top)
    path.rmdir()


class _Removal:
    def __init__(self, top: int) -> None:
        self._top = top
        # not to be guessed: somebody could still be writing here
        self._names = (b".removed-%b-%d" % (os.urandom(8).hex().encode(), n) for n in count())

    def run(self) -> None:
        while folders := self._remove_files(self._top):
            for name in folders:
                self._remove_folder(name)

    def _remove_folder(self, name: bytes) -> None:
        try:
            fd = _open(name, self._top)
        except FileNotFoundError:
            return
        except NotADirectoryError:  # a link has taken its place
            os.unlink(name, dir_fd=self._top)
            return
        try:
            for inner in self._remove_files(fd):
                self._move_up(fd, inner)
        finally:
            os.close(fd)
        with contextlib.suppress(OSError):  # something was added meanwhile: the next round finds it
            os.rmdir(name, dir_fd=self._top)

    def _remove_files(self, fd: int) -> list[bytes]:
        """Removes the files of a folder; the folders that are left."""
        with os.scandir(fd) as entries:
            found = [(os.fsencode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]
        for name, is_folder in found:
            if not is_folder:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=fd)
        return [name for name, is_folder in found if is_folder]

    def _move_up(self, fd: int, name: bytes) -> None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.close(_open(name, fd))  # to move a folder, its owner must be able to write to it
            os.rename(name, next(self._names), src_dir_fd=fd, dst_dir_fd=self._top)


def _open(name: bytes, parent: int | None) -> int:
    """A folder, opened through no link, and made readable and writable for its owner where it is not."""
    seen = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        if os.fstat(seen).st_mode & 0o700 != 0o700:
            os.chmod(f"/proc/self/fd/{seen}", 0o700)
        return os.open(f"/proc/self/fd/{seen}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    finally:
        os.close(seen)
