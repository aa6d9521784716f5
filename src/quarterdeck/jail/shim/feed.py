"""Input on its way to a command that may read slowly, or never."""

import os
from typing import Protocol

ROOM = 1024 * 1024


class Callback(Protocol):
    def __call__(self) -> None: ...


class Watcher(Protocol):
    def watch(self, fd: int, callback: Callback, *, writing: bool = False) -> None: ...
    def unwatch(self, fd: int) -> None: ...


class Feed:
    """Owns the writing end, once there is one; until then input is kept."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._fd = -1
        self._waiting = bytearray()
        self._ends = False
        self._closed = False
        self._watched = False

    def open(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._write()

    @property
    def unread(self) -> int:
        return len(self._waiting)

    def has_room_for(self, data: bytes) -> bool:
        return not self._waiting or len(self._waiting) + len(data) <= ROOM

    def write(self, data: bytes, *, end: bool) -> None:
        if self._closed:
            return
        self._waiting += data
        self._ends = self._ends or end
        self._write()

    def close(self) -> None:
        self._closed = True
        self._waiting.clear()
        if self._fd >= 0:
            self._unwatch()
            os.close(self._fd)
            self._fd = -1

    def _write(self) -> None:
        if self._fd < 0:
            return
        try:
            while self._waiting:
                del self._waiting[: os.write(self._fd, self._waiting)]
        except BlockingIOError:
            if not self._watched:
                self._watched = True
                self._watcher.watch(self._fd, self._write, writing=True)
            return
        except OSError:
            # EPIPE or EIO: it reads no more
            self.close()
            return
        self._unwatch()
        if self._ends:
            self.close()

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._watcher.unwatch(self._fd)
