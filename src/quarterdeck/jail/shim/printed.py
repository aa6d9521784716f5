"""What a command prints: read from its terminal or pipes into its spool, as far as that has room."""

import fcntl
import os
import struct
import termios

from quarterdeck.application.frames import FrameKind
from quarterdeck.jail.shim.feed import Callback, Watcher
from quarterdeck.jail.shim.spool import Spool

FRAME = 64 * 1024
FRAMES_PER_WAKE = 16
_buffer = memoryview(bytearray(FRAME))


class Printed:
    """`room`: bytes of the spool; `grown` is called when something was read."""

    def __init__(self, watcher: Watcher, spool: Spool, room: int, grown: Callback) -> None:
        self.unheard = False
        """Nothing of it counts any more: what the command left running must not block, and is read and dropped."""
        self._watcher, self._spool, self._room, self._grown = watcher, spool, room, grown
        self._outputs: dict[int, FrameKind] = {}
        self._watched: set[int] = set()
        self._left: dict[int, int] = {}

    @property
    def is_too_much(self) -> bool:
        return self._spool.offset > self._room

    @property
    def terminal(self) -> int | None:
        """Its master, where that was handed out."""
        return next((fd for fd in self._outputs if os.isatty(fd)), None)

    def add(self, fd: int, kind: FrameKind) -> None:
        """It is read from when `listen` is called next."""
        os.set_blocking(fd, False)
        self._outputs[fd] = kind

    def listen(self) -> None:
        for fd in self._outputs:
            if fd not in self._watched:
                self._watched.add(fd)
                self._watcher.watch(fd, self._reader(fd))

    def pause(self) -> None:
        for fd in self._watched:
            self._watcher.unwatch(fd)
        self._watched.clear()

    def note_the_end(self) -> None:
        """The command has ended: what can be read now is the last that counts."""
        self._left = {fd: _readable(fd) for fd in self._outputs}

    def drain(self) -> bool:
        """Reads what was printed before the end. False: the spool has no room for all of it."""
        for fd in list(self._left):
            while self._left[fd] > 0 and fd in self._outputs and not self.is_too_much:
                if self._spool.full:
                    self.pause()
                    return False
                size = self._read_frame(fd, min(FRAME, self._left[fd]))
                if size == 0:
                    break
                self._left[fd] -= size
            del self._left[fd]
        return True

    def close(self) -> None:
        for fd in list(self._outputs):
            self._close(fd)

    def _reader(self, fd: int) -> Callback:
        return lambda: self._read(fd)

    def _read(self, fd: int) -> None:
        if self.unheard or self.is_too_much:
            self._discard(fd)
            return
        for _ in range(FRAMES_PER_WAKE):
            if self._spool.full:
                self.pause()
                break
            if self._read_frame(fd) < FRAME or self.is_too_much:
                break
        self._grown()

    def _read_frame(self, fd: int, most: int = FRAME) -> int:
        """Gathers what is readable into one frame (a terminal gives 4 KiB at a time) and returns its size."""
        size, kind = 0, self._outputs[fd]
        try:
            while size < most:
                count = os.readv(fd, [_buffer[size:most]])
                if count == 0:
                    self._close(fd)
                    break
                size += count
        except BlockingIOError:
            pass
        except OSError:
            # EIO: nobody holds the terminal's other side any more
            self._close(fd)
        if size:
            self._spool.add(kind, _buffer[:size])
        return size

    def _discard(self, fd: int) -> None:
        for _ in range(FRAMES_PER_WAKE):
            try:
                if not os.readv(fd, [_buffer]):
                    self._close(fd)
                    return
            except BlockingIOError:
                return
            except OSError:
                self._close(fd)
                return

    def _close(self, fd: int) -> None:
        if fd in self._watched:
            self._watched.discard(fd)
            self._watcher.unwatch(fd)
        del self._outputs[fd]
        os.close(fd)


def _readable(fd: int) -> int:
    """How much was printed and not read. A terminal tells only its last buffer; all of its buffers are below 1 MiB."""
    if os.isatty(fd):
        return 1024 * 1024
    (count,) = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))
    return int(count)
