"""How much lies in a folder that somebody may be changing: by descriptors, through no link, and to any depth."""

import contextlib
import heapq
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from quarterdeck.adapters.git.descent import FOLDER, Descent
from quarterdeck.application.paths import path_text
from quarterdeck.domain.quota import LargestPath, QuotaLimit

_LISTED = 10
_BLOCK = 512


@dataclass(kw_only=True)
class Measure:
    """Blocks and inodes of everything below a folder; a file with several names counts once."""

    limit: QuotaLimit = QuotaLimit.BYTES
    """What the largest paths are looked for by."""
    size: int = 0
    files: int = 0
    _linked: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    _names: list[bytes] = field(default_factory=list[bytes])
    _largest: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])

    def add(self, root: int) -> None:
        """All of the folder that is open as `root`. What vanishes meanwhile is not counted."""
        descent = Descent(root)
        try:
            levels = [self._look(root)]
            while levels:
                name = next(levels[-1], None)
                if name is None:
                    levels.pop()
                    if levels:
                        descent.leave()
                        self._names.pop()
                elif (fd := _enter(descent, name)) is not None:
                    self._names.append(name)
                    levels.append(self._look(fd))
        finally:
            descent.close()

    def largest(self) -> tuple[LargestPath, ...]:
        by_files = self.limit is QuotaLimit.FILES
        return tuple(
            LargestPath(path=path_text(path), bytes=0 if by_files else size, files=size if by_files else 0)
            for size, path in sorted(self._largest, reverse=True)
        )

    def _look(self, fd: int) -> Iterator[bytes]:
        """Counts what is in one folder; the folders in it."""
        folders: list[bytes] = []
        entries = 0
        with contextlib.suppress(OSError), os.scandir(fd) as found:
            for entry in found:
                entries += 1
                name = os.fsencode(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                with contextlib.suppress(OSError):
                    self._count(name, entry.stat(follow_symlinks=False))
        if self.limit is QuotaLimit.FILES:
            self._note(entries, b"")
        return iter(folders)

    def _count(self, name: bytes, status: os.stat_result) -> None:
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            identity = (status.st_dev, status.st_ino)
            if identity in self._linked:
                return
            self._linked.add(identity)
        self.files += 1
        self.size += status.st_blocks * _BLOCK
        if self.limit is not QuotaLimit.FILES and status.st_blocks:
            self._note(status.st_blocks * _BLOCK, name)

    def _note(self, size: int, name: bytes) -> None:
        full = len(self._largest) == _LISTED
        if full and size <= self._largest[0][0]:
            return
        path = b"/".join((*self._names, name) if name else self._names) or b"."
        (heapq.heapreplace if full else heapq.heappush)(self._largest, (size, path))


def measured(folder: Path, limit: QuotaLimit = QuotaLimit.BYTES) -> Measure:
    """Raises FileNotFoundError where the folder has gone."""
    made = Measure(limit=limit)
    root = os.open(folder, FOLDER)
    try:
        made.add(root)
    finally:
        os.close(root)
    return made


def _enter(descent: Descent, name: bytes) -> int | None:
    try:
        return descent.enter(name)
    except PermissionError:
        return _open_up(descent, name)
    except OSError:
        return None


def _open_up(descent: Descent, name: bytes) -> int | None:
    """A folder that was closed even to its owner: opened for one look, or it would hide what lies in it."""
    with contextlib.suppress(OSError):
        seen = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descent.here())
        try:
            mode = os.fstat(seen).st_mode & 0o7777
            os.chmod(f"/proc/self/fd/{seen}", mode | 0o500)
            try:
                return descent.enter(name)
            finally:
                os.chmod(f"/proc/self/fd/{seen}", mode)
        finally:
            os.close(seen)
    return None
