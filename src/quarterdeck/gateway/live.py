"""One command's output as it is printed, held once for all who follow it here.

What arrives on one NATS subscription is kept in a window of bounded size. Each follower has its own place in it and
no queue: one that the window has moved past reads the transcript. Pieces that nobody has taken yet grow together, so
the less often followers come, the larger the messages they are sent.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.application.frames import HEADER, OUTPUT_KINDS, FrameKind
from quarterdeck_schema.commands.output import OutputChunk
from quarterdeck_schema.scalars import Base64, Long

CHUNK_BYTES = 128 * 1024
"""Pieces grow together up to this; a frame that is larger stays whole."""
WINDOW_BYTES = 3 * 1024 * 1024
"""Held of one command, the encoded form of a piece not counted, which is a third larger."""
PIECE_BYTES = 1024
"""What a piece takes beside its output."""

_KINDS = {int(kind): kind for kind in FrameKind}


@dataclass(slots=True)
class Piece:
    """Frames of one kind that lie back to back."""

    kind: FrameKind
    offset: int
    time_us: int
    parts: list[bytes | memoryview] = field(default_factory=list[bytes | memoryview])
    size: int = 0
    chunk: OutputChunk | None = None
    """Made when the first follower takes it; the piece grows no more then."""

    @property
    def end(self) -> int:
        return self.offset + self.size if self.kind in OUTPUT_KINDS else self.offset

    def takes(self, kind: FrameKind, offset: int, size: int) -> bool:
        return (
            self.chunk is None
            and self.kind is kind
            and kind in OUTPUT_KINDS
            and self.end == offset
            and self.size + size <= CHUNK_BYTES
        )

    def add(self, data: bytes | memoryview) -> None:
        self.parts.append(data)
        self.size += len(data)

    def sealed(self) -> OutputChunk:
        if self.chunk is None:
            data = b"".join(self.parts)
            self.parts.clear()
            self.chunk = OutputChunk(
                kind=self.kind, offset=Long(self.offset), time_us=Long(self.time_us), data=Base64(data)
            )
        return self.chunk

    def from_offset(self, offset: int) -> OutputChunk:
        """The part of it that starts there: shared only where that is the whole."""
        whole = self.sealed()
        if offset <= self.offset:
            return whole
        cut = Base64(whole.data[offset - self.offset :])
        return OutputChunk(kind=self.kind, offset=Long(offset), time_us=whole.time_us, data=cut)


class LiveCommand:
    """The window on one command's output."""

    def __init__(self, command_id: UUID) -> None:
        self.command_id = command_id
        self.followers = 0
        self.length: int | None = None
        """How long the output is, once the command has ended; where nobody knows, as long as is stored."""
        self.stored = 0
        """How far the transcript was when it was last asked."""
        self._pieces: deque[Piece] = deque()
        self._first = 0
        self._size = 0
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def first(self) -> int:
        """The number of the oldest piece held: they are numbered from 0."""
        return self._first

    @property
    def last(self) -> int:
        """The number that the next piece will have."""
        return self._first + len(self._pieces)

    @property
    def offset(self) -> int:
        return self._pieces[-1].end if self._pieces else 0

    def number_at(self, offset: int) -> int:
        """The number of the first piece that reaches beyond an offset or stands at it."""
        number = self.last
        while number > self._first and (self.piece(number - 1).end > offset or self.piece(number - 1).offset >= offset):
            number -= 1
        return number

    def piece(self, number: int) -> Piece:
        return self._pieces[number - self._first]

    def arrived(self, encoded: bytes) -> None:
        """Takes whole frames in."""
        view, at = memoryview(encoded), 0
        while at + HEADER.size <= len(view):
            kind, offset, time_us, length = HEADER.unpack_from(view, at)
            at += HEADER.size
            self._add(_KINDS[kind], offset, time_us, view[at : at + length])
            at += length
        self.announce()

    def ended(self, length: int) -> None:
        """The log says that the command has ended, with so much output, or more."""
        self.length = max(length, self.length or 0)
        self.announce()

    def is_stored(self, offset: int, *, complete: bool) -> None:
        """The transcript reaches to an offset."""
        self.stored = offset
        if complete:
            self.length = offset
        if complete or offset > self.offset:
            self.announce()

    def announce(self) -> None:
        """Wakes the followers."""
        waiting, self._waiting = self._waiting, []
        for follower in waiting:
            if not follower.done():
                follower.set_result(None)

    async def moved(self) -> None:
        """Returns at the next announcement."""
        follower = asyncio.get_running_loop().create_future()
        self._waiting.append(follower)
        await follower

    def _add(self, kind: FrameKind, offset: int, time_us: int, data: memoryview) -> None:
        if kind not in OUTPUT_KINDS and kind not in {FrameKind.GAP, FrameKind.END}:
            return  # input, resizes and signals are in the transcript
        if not (self._pieces and self._pieces[-1].takes(kind, offset, len(data))):
            self._pieces.append(Piece(kind, offset, time_us))
            self._size += PIECE_BYTES
        self._pieces[-1].add(data)
        self._size += len(data)
        while self._size > WINDOW_BYTES and len(self._pieces) > 1:
            self._size -= self._pieces.popleft().size + PIECE_BYTES
            self._first += 1
