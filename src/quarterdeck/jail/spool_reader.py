"""A worker's reading of a command's spool: segment files read as far as they go, then a wait for the doorbell."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from uuid import UUID

from quarterdeck.application.frames import HEADER, FrameKind
from quarterdeck.jail.abstract import SpoolBatch
from quarterdeck.jail.errors import JailError, unknown
from quarterdeck.jail.link import Link
from quarterdeck.jail.shim.spool import segment_name

BATCH = 512 * 1024


class SegmentReader:
    """Reads encoded frames from a position on, from the files of one command in an open spool folder."""

    def __init__(self, folder: int, command_id: UUID, position: int) -> None:
        self._folder = folder
        self._command = str(command_id)
        self._file = -1
        self._start = 0
        self.position = position

    def read(self) -> bytes:
        """What the files hold at the position, at most a batch; empty at their end."""
        if self._file < 0:
            self._open(self._start_of_segment())
        data = self._at_position()
        if not data and self._open(self.position):
            data = self._at_position()
        return data

    def _at_position(self) -> bytes:
        return os.pread(self._file, BATCH, self.position - self._start) if self._file >= 0 else b""

    def _open(self, start: int | None) -> bool:
        """Opens the segment that starts there, if there is one and it is not open already."""
        if start is None or (self._file >= 0 and start == self._start):
            return False
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            opened = os.open(segment_name(self._command, start), flags, dir_fd=self._folder)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise JailError(f"The spool of command {self._command} is no regular file.", "Close the session.")
        self.close()
        self._file, self._start = opened, start
        return True

    def _start_of_segment(self) -> int | None:
        if self.position == 0:
            return 0
        prefix = f"{self._command}."
        names = os.listdir(self._folder)  # noqa: PTH208 - of a descriptor
        starts = [int(name[len(prefix) :], 16) for name in names if name.startswith(prefix)]
        return max((start for start in starts if start <= self.position), default=None)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def whole_frames(data: bytes) -> tuple[int, bool]:
    """How many bytes at the start are whole frames, and whether the last of them is END."""
    at, size, ended = 0, len(data), False
    while at + HEADER.size <= size:
        kind, _, _, length = HEADER.unpack_from(data, at)
        if at + HEADER.size + length > size:
            break
        at += HEADER.size + length
        ended = kind == FrameKind.END
    return at, ended


async def batches(link: Link, reader: SegmentReader, command_id: UUID) -> AsyncIterator[SpoolBatch]:
    """Ends after the END frame. Raises ShimGoneError when the shim is gone, after what it left was read."""
    with link.bell(command_id) as bell:
        while True:
            data = reader.read()
            if not whole_frames(data)[0]:
                data = await _more(link, bell, reader, command_id)
            size, ended = whole_frames(data)
            if size:
                yield SpoolBatch(position=reader.position, end=reader.position + size, encoded=data[:size])
                reader.position += size
            if ended:
                return


async def _more(link: Link, bell: asyncio.Event, reader: SegmentReader, command_id: UUID) -> bytes:
    """Waits for the doorbell, then reads; what the disk did not take the shim hands over itself."""
    bell.clear()
    answer, _ = await link.ask("arm", command=str(command_id), position=reader.position)
    if "unknown" in answer:
        raise unknown(command_id)
    await bell.wait()
    data = reader.read()
    if whole_frames(data)[0]:
        return data
    _, body = await link.ask("tail", command=str(command_id), position=reader.position)
    return body
