"""What every transcript store does with frames: measure a batch, and cut a page. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from quarterdeck.application.frames import HEADER, OUTPUT_KINDS, Frame, FrameKind, whole
from quarterdeck.application.ports import TranscriptHead
from quarterdeck.domain.errors import InvalidInputError

EMPTY = TranscriptHead(sequence=0, frames=0, offset=0, encoded=0, complete=False)
"""The head of a command that has printed nothing."""


def head_after(head: TranscriptHead, encoded: bytes) -> TranscriptHead:
    """The head once this batch of whole encoded frames is stored. Raises InvalidInputError for another."""
    if not encoded or whole(encoded) != len(encoded):
        raise InvalidInputError("A transcript is stored in whole frames.", "This is a bug; report it.")
    at, frames, offset, kind = 0, 0, head.offset, 0
    while at < len(encoded):
        kind, start, _, length = HEADER.unpack_from(encoded, at)
        offset = start + length if kind in OUTPUT_KINDS else start
        at += HEADER.size + length
        frames += 1
    return TranscriptHead(
        sequence=head.sequence + 1,
        frames=head.frames + frames,
        offset=offset,
        encoded=head.encoded + len(encoded),
        complete=kind == FrameKind.END,
    )


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
