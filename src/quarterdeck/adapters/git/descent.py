"""Going down a tree of folders that somebody may be changing: by descriptors, through no link, to any depth."""

import errno
import os
from dataclasses import dataclass, field

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_OPEN_AT_ONCE = 128


@dataclass(kw_only=True)
class _Level:
    name: bytes
    identity: tuple[int, int]
    fd: int | None


@dataclass
class Descent:
    """The folders from a root, which the caller has opened and keeps, down to the one at hand.

    Of a long way only the last folders stay open. One that was closed is found again from the root, and must be
    the same folder still.
    """

    root: int
    _levels: list[_Level] = field(default_factory=list[_Level])

    @property
    def depth(self) -> int:
        return len(self._levels)

    def enter(self, name: bytes) -> int:
        """Goes into a folder of the one at hand. Raises OSError where it is none, or a link by now."""
        fd = os.open(name, FOLDER, dir_fd=self.here())
        found = os.fstat(fd)
        self._levels.append(_Level(name=name, identity=(found.st_dev, found.st_ino), fd=fd))
        self._close_above(len(self._levels) - _OPEN_AT_ONCE)
        return fd

    def leave(self) -> None:
        level = self._levels.pop()
        if level.fd is not None:
            os.close(level.fd)

    def here(self) -> int:
        """The descriptor of the folder at hand. Raises OSError where it has gone."""
        if not self._levels:
            return self.root
        if self._levels[-1].fd is None:
            self._reopen()
        fd = self._levels[-1].fd
        if fd is None:
            raise OSError(errno.ESTALE, "the folder has gone")
        return fd

    def close(self) -> None:
        while self._levels:
            self.leave()

    def _reopen(self) -> None:
        above = self.root
        for place, level in enumerate(self._levels):
            if level.fd is None:
                fd = os.open(level.name, FOLDER, dir_fd=above)
                found = os.fstat(fd)
                if (found.st_dev, found.st_ino) != level.identity:
                    os.close(fd)
                    raise OSError(errno.ESTALE, "another folder took its place")
                level.fd = fd
            above = level.fd
            # the one just above is needed no more once this one is open
            self._close_above(min(place, len(self._levels) - _OPEN_AT_ONCE))

    def _close_above(self, place: int) -> None:
        for level in reversed(self._levels[: max(place, 0)]):
            if level.fd is None:
                break
            os.close(level.fd)
            level.fd = None
