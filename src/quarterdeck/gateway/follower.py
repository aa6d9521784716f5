"""One follower of a command's output: the recorded part, then live, without a gap and without a repetition."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from time import monotonic

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.ports.output import TranscriptStore
from quarterdeck.gateway.live import LiveCommand, Piece
from quarterdeck.gateway.metrics import FELL_BEHIND
from quarterdeck_schema.commands.output import CaughtUp, OutputChunk, OutputEnd
from quarterdeck_schema.scalars import Long

PAGE_BYTES = 512 * 1024
FIRST_PAUSE, LONGEST_PAUSE = 0.002, 0.25
"""Between looks at a transcript that does not have yet what was missed live."""
END_SECONDS = 10.0
"""How long the transcript may take to be as long as the log says, before the output ends short."""


class Follower:
    def __init__(self, live: LiveCommand, transcripts: TranscriptStore, after: int) -> None:
        self._live, self._transcripts = live, transcripts
        self._at = after
        self._gap_told: int = -1
        self._complete = False

    async def messages(self) -> AsyncIterator[OutputChunk | CaughtUp | OutputEnd]:
        caught_up, pause, give_up = False, FIRST_PAUSE, None
        while True:
            start, length = self._at, self._live.length
            async for chunk in self._recorded():
                yield chunk
            if length is not None and give_up is None:
                give_up = monotonic() + END_SECONDS
            if self._complete or (length is not None and (self._at >= length or monotonic() > (give_up or 0))):
                break
            if not caught_up:
                caught_up = True
                yield CaughtUp(offset=Long(self._at))
            async for chunk in self._printed():
                yield chunk
            if self._complete:
                break
            pause = FIRST_PAUSE if self._at > start else min(pause * 2, LONGEST_PAUSE)
            if self._at == start and self._live.length is length:
                await asyncio.sleep(pause)
        yield OutputEnd(command_id=self._live.command_id, offset=Long(self._at))

    async def _recorded(self) -> AsyncIterator[OutputChunk]:
        """What the transcript has, until it has no more."""
        start = -1
        while self._at > start and not self._complete:
            start = self._at
            for piece in pieces(await self._transcripts.read(self._live.command_id, start, PAGE_BYTES)):
                if (chunk := self._take(piece)) is not None:
                    yield chunk

    async def _printed(self) -> AsyncIterator[OutputChunk]:
        """What arrives live. Returns where the transcript must be read: it fell behind, or output is missing."""
        live, number = self._live, self._live.number_at(self._at)
        while not self._complete:
            if number < live.first:
                FELL_BEHIND.inc()
                return
            if number == live.last:
                if live.length is not None or live.stored > self._at:
                    return
                await live.moved()
            elif live.piece(number).offset > self._at:
                return
            else:
                number += 1
                if (chunk := self._take(live.piece(number - 1))) is not None:
                    yield chunk

    def _take(self, piece: Piece) -> OutputChunk | None:
        """Moves on over a piece, and gives what is new of it."""
        if piece.kind is FrameKind.END:
            self._at = max(self._at, piece.offset)
            self._complete = True
            return None
        if piece.kind is FrameKind.GAP:
            if piece.offset < self._at or piece.offset == self._gap_told:
                return None
            self._at, self._gap_told = piece.offset, piece.offset
            return piece.sealed()
        if piece.end <= self._at:
            return None
        chunk = piece.from_offset(self._at)
        self._at = piece.end
        return chunk


def pieces(frames: Iterable[Frame]) -> Iterator[Piece]:
    """Recorded frames as pieces: those of one kind that lie back to back grow together."""
    piece: Piece | None = None
    for frame in frames:
        if frame.kind in {FrameKind.INPUT, FrameKind.RESIZE, FrameKind.SIGNAL}:
            continue
        if piece is None or not piece.takes(frame.kind, frame.offset, len(frame.data)):
            if piece is not None:
                yield piece
            piece = Piece(frame.kind, frame.offset, frame.time_us)
        piece.add(frame.data)
    if piece is not None:
        yield piece
