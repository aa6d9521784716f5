"""What every transcript store does with frames: measure a batch, and cut a page. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from quarterdeck.application.frames import HEADER, OUTPUT_KINDS, Frame, FrameKind
from quarterdeck.application.ports.output import TranscriptHead
from quarterdeck.domain.errors import InvalidInputError

EMPTY = TranscriptHead(sequence=0, frames=0, offset=0, encoded=0, complete=False)
"""The head of a command that has printed nothing."""


PIECE = 512 * 1024
HOLE = b"[erased]"


@dataclass(frozen=True)
class Piece:
    """Whole frames of a batch that are stored, and read back, together."""

    end_offset: int
    """The output offset after them."""
    data: bytes


@dataclass(frozen=True)
class Batch:
    """Whole encoded frames, as one append brings them."""

    encoded: bytes
    frames: int
    end_offset: int
    complete: bool
    ends: tuple[tuple[int, int], ...]
    """Where pieces of about `PIECE` bytes end: in the bytes, and in the output."""

    def pieces(self) -> list[Piece]:
        starts = (0, *(end for end, _ in self.ends))
        return [Piece(offset, self.encoded[start:end]) for start, (end, offset) in zip(starts, self.ends, strict=False)]

    def after(self, head: TranscriptHead) -> TranscriptHead:
        """The head once this is stored on top of `head`."""
        return TranscriptHead(
            sequence=head.sequence + 1,
            frames=head.frames + self.frames,
            offset=self.end_offset,
            encoded=head.encoded + len(self.encoded),
            complete=self.complete,
        )


def measure(encoded: bytes) -> Batch:
    """Walks over the headers. Raises InvalidInputError where these are not whole frames."""
    at = frames = offset = kind = 0
    ends: list[tuple[int, int]] = []
    size = len(encoded)
    while at + HEADER.size <= size:
        kind, start, _, length = HEADER.unpack_from(encoded, at)
        at += HEADER.size + length
        frames += 1
        offset = start + length if kind in OUTPUT_KINDS else start
        if at >= PIECE * (len(ends) + 1) or at >= size:
            ends.append((at, offset))
    if at != size or not frames:
        raise InvalidInputError("A transcript is stored in whole frames.", "This is a bug; report it.")
    return Batch(encoded, frames, offset, kind == FrameKind.END, tuple(ends))


@dataclass
class Page:
    """Gathers the frames from output offset `after` on, about `limit` bytes of payload.

    It does not end before there is output in it, or the transcript ends: so a reader that goes on from the last
    offset always gets further. Input beyond the limit is left out to that end.
    """

    after: int
    limit: int
    frames: list[Frame] = field(default_factory=list[Frame])
    size: int = 0
    advanced: bool = False

    def take(self, frames: Iterable[Frame]) -> bool:
        """Adds what belongs to the page; True once it is full."""
        for frame in frames:
            if self.size >= self.limit and self.advanced:
                return True
            self._take(frame)
        return self.size >= self.limit and self.advanced

    def _take(self, frame: Frame) -> None:
        if frame.kind in OUTPUT_KINDS:
            if frame.end <= self.after:
                return
            frame = _cut(frame, self.after)
            self.advanced = True
        elif frame.offset < self.after or (frame.kind is FrameKind.INPUT and self.size >= self.limit):
            return
        self.frames.append(frame)
        self.size += len(frame.data)


def _cut(frame: Frame, after: int) -> Frame:
    if frame.offset >= after:
        return frame
    return frame._replace(offset=after, data=frame.data[after - frame.offset :])


def without(frame: Frame, first: int, until: int) -> Frame:
    """The frame with the output from `first` to `until` taken out, and what was typed meanwhile: holes as long as that.

    Offsets stay, so every reader goes on as before.
    """
    if frame.kind is FrameKind.INPUT and first <= frame.offset <= until:
        return frame._replace(data=hole(len(frame.data)))
    if frame.kind not in OUTPUT_KINDS:
        return frame
    start, end = max(first - frame.offset, 0), min(until - frame.offset, len(frame.data))
    if start >= end:
        return frame
    return frame._replace(data=frame.data[:start] + hole(end - start) + frame.data[end:])


def hole(size: int) -> bytes:
    """What stands for so many erased bytes."""
    return HOLE.ljust(size, b"*") if size >= len(HOLE) else b"*" * size
