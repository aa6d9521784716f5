"""Output as lines of plain text, each with its offset: without the sequences that steer a terminal."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from quarterdeck.application.frames import Frame, FrameKind

LONGEST = 64 * 1024
"""Bytes; a longer line is cut there."""
_ENDS = re.compile(rb"[\r\n]+")
_SEQUENCES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, the cursor
    rb"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"  # OSC and other strings
    rb"|[ -/]*[0-~])"
    rb"|[\x00-\x08\x0b-\x1f\x7f]"
)


class Line(NamedTuple):
    offset: int
    """Of its first byte in the command's output."""
    text: str


def lines(frames: Iterable[Frame]) -> Iterator[Line]:
    """Standard output and error are told apart, so that a line of one is not torn by the other. What a carriage return
    overwrites on a screen is a line of its own."""
    held: dict[FrameKind, _Unfinished] = {FrameKind.OUTPUT: _Unfinished(), FrameKind.ERROR: _Unfinished()}
    for frame in frames:
        if frame.kind in held:
            yield from held[frame.kind].take(frame.offset, frame.data)
    for each in held.values():
        yield from each.rest()


class _Unfinished:
    """The beginning of a line, whose pieces may lie apart in the output."""

    def __init__(self) -> None:
        self._offset = 0
        self._data = bytearray()

    def take(self, offset: int, data: bytes) -> Iterator[Line]:
        at = 0
        for end in _ENDS.finditer(data):
            yield from self._add(offset + at, data[at : end.start()])
            yield from self.rest()
            at = end.end()
        yield from self._add(offset + at, data[at:])

    def rest(self) -> Iterator[Line]:
        if self._data:
            yield Line(self._offset, text_of(bytes(self._data)))
            self._data.clear()

    def _add(self, offset: int, data: bytes) -> Iterator[Line]:
        for start in range(0, len(data), LONGEST):
            if not self._data:
                self._offset = offset + start
            self._data += data[start : start + LONGEST]
            if len(self._data) >= LONGEST:
                yield from self.rest()


def text_of(data: bytes) -> str:
    return _SEQUENCES.sub(b"", data).decode("utf-8", "replace")
