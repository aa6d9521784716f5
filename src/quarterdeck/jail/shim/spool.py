"""The spool of one command: encoded frames in segment files, deleted as the worker acknowledges them.

Positions count encoded bytes from the command's start. A segment is named `<command>.<position of its first byte>`,
in hexadecimal. What the disk does not take is kept in memory, and the worker asks for it over the socket; when that is
full too, or too much is unacknowledged, `full` says that nothing more should be read from the command.
"""

import os
import time
from collections.abc import Sequence

from quarterdeck.application.frames import HEADER, FrameKind

SEGMENT = 4 * 1024 * 1024
ROOM = 64 * 1024 * 1024
PENDING_ROOM = 1024 * 1024
RETRY_SECONDS = 0.25

Buffer = bytes | bytearray | memoryview


def segment_name(command: str, position: int) -> str:
    return f"{command}.{position:016x}"


class Spool:
    def __init__(self, folder: int, command: str) -> None:
        self._folder = folder
        self._command = command
        self._segments: list[int] = []
        self._file = -1
        self._on_disk = 0
        self._cut = False
        self._pending = bytearray()
        self._acknowledged = 0
        self._started = time.monotonic()
        self.offset = 0
        self.ended = False
        self.retry_at = 0.0

    @property
    def end(self) -> int:
        return self._on_disk + len(self._pending)

    @property
    def full(self) -> bool:
        return self.end - self._acknowledged >= ROOM or len(self._pending) >= PENDING_ROOM

    @property
    def stuck(self) -> bool:
        """There is something that the disk did not take."""
        return bool(self._pending)

    def elapsed_us(self) -> int:
        return int((time.monotonic() - self._started) * 1_000_000)

    def add(self, kind: FrameKind, data: Buffer = b"") -> None:
        """Appends one frame. `data` is copied before this returns."""
        size = len(data)
        header = HEADER.pack(kind, self.offset, self.elapsed_us(), size)
        self._write((header, data))
        if kind in {FrameKind.OUTPUT, FrameKind.ERROR}:
            self.offset += size
        if kind == FrameKind.END:
            self.ended = True

    def acknowledge(self, position: int) -> None:
        self._acknowledged = max(self._acknowledged, min(position, self.end))
        if self._pending:
            self.flush()
        while self._segments and self._end_of_first() <= self._acknowledged and self._may_drop_first():
            _unlink(segment_name(self._command, self._segments.pop(0)), self._folder)
        if not self._segments:
            self._close()

    def flush(self) -> None:
        """Tries again to write what the disk did not take, or lets it go where the worker has it already."""
        if self._acknowledged >= self.end:
            # nothing on disk or in memory is needed; the next byte starts a new segment
            self._drop_all()
        elif self._pending:
            kept = bytes(self._pending)
            self._pending.clear()
            self._write((kept,))

    def tail(self, position: int) -> bytes:
        """What lies beyond `position` where the segment files end too early."""
        if position >= self._on_disk:
            return bytes(self._pending[position - self._on_disk :])
        if self._file < 0 or position < self._segments[-1]:
            return b""
        missing = self._on_disk - position
        return os.pread(self._file, missing, position - self._segments[-1]) + bytes(self._pending)

    def remove(self) -> None:
        self._drop_all()

    def _write(self, buffers: Sequence[Buffer]) -> None:
        written = 0
        if not self._pending:
            written = self._try(buffers)
        self._on_disk += written
        if written:
            self._cut = written < sum(map(len, buffers))
        for buffer in buffers:
            if written < len(buffer):
                self._pending += buffer[written:]
            written = max(0, written - len(buffer))

    def _try(self, buffers: Sequence[Buffer]) -> int:
        try:
            self._turn_over()
            return os.writev(self._file, buffers)
        except OSError:
            self.retry_at = time.monotonic() + RETRY_SECONDS
            return 0

    def _turn_over(self) -> None:
        """Opens the first segment, or the next where this one is long enough. Only ever between two frames."""
        if self._file >= 0 and (self._cut or self._on_disk - self._segments[-1] < SEGMENT):
            return
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        opened = os.open(segment_name(self._command, self._on_disk), flags, 0o600, dir_fd=self._folder)
        self._close()
        self._file = opened
        self._segments.append(self._on_disk)

    def _end_of_first(self) -> int:
        return self._segments[1] if len(self._segments) > 1 else self._on_disk

    def _may_drop_first(self) -> bool:
        return len(self._segments) > 1 or (self.ended and not self._pending)

    def _drop_all(self) -> None:
        for start in self._segments:
            _unlink(segment_name(self._command, start), self._folder)
        self._segments.clear()
        self._on_disk = self.end
        self._cut = False
        self._pending.clear()
        self._close()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _unlink(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
