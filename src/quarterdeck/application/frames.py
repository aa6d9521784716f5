"""The transcript frame: the one binary form of output in a spool, on NATS and in the transcript store.

A frame is a 21-byte little-endian header (kind u8, offset u64, time u64, length u32) and `length` bytes of payload.
`offset` counts the output bytes (OUTPUT and ERROR payloads) of the command before this frame; `time` is microseconds
since the command started. Frames lie back to back, in order. Imports little: the shim loads it.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct("<BQQI")
MAX_PAYLOAD = 256 * 1024


class FrameKind(IntEnum):
    OUTPUT = 1
    """What the terminal, or standard output, printed."""
    ERROR = 2
    """Standard error of a command without a terminal."""
    INPUT = 3
    RESIZE = 4
    """Payload: columns and rows, two u16."""
    SIGNAL = 5
    """Payload: the signal's name in ASCII."""
    GAP = 6
    """Output that is lost. Payload: why, UTF-8. The next frame's offset says how much."""
    END = 7
    """Nothing follows. Payload empty; offset is the whole length."""


OUTPUT_KINDS = frozenset({FrameKind.OUTPUT, FrameKind.ERROR})
RESIZE = struct.Struct("<HH")


class Frame(NamedTuple):
    kind: FrameKind
    offset: int
    time_us: int
    data: bytes

    @property
    def end(self) -> int:
        """The output offset after this frame."""
        return self.offset + len(self.data) if self.kind in OUTPUT_KINDS else self.offset


def encode(frame: Frame) -> bytes:
    return HEADER.pack(frame.kind, frame.offset, frame.time_us, len(frame.data)) + frame.data


def decode(buffer: bytes | bytearray | memoryview) -> Iterator[Frame]:
    """The whole frames in `buffer`; an unfinished one at its end is left out (see `whole`)."""
    view = memoryview(buffer)
    at, size = 0, len(view)
    while at + HEADER.size <= size:
        kind, offset, time_us, length = HEADER.unpack_from(view, at)
        if at + HEADER.size + length > size:
            return
        at += HEADER.size
        yield Frame(FrameKind(kind), offset, time_us, bytes(view[at : at + length]))
        at += length


class Span(NamedTuple):
    """Where a frame lies in a buffer of encoded frames: header from `start`, payload from `data` to `end`."""

    kind: int
    start: int
    data: int
    end: int


def spans(buffer: bytes | bytearray | memoryview) -> list[Span]:
    """The whole frames in `buffer`, by their headers alone."""
    found: list[Span] = []
    at, size = 0, len(buffer)
    while at + HEADER.size <= size:
        kind, _, _, length = HEADER.unpack_from(buffer, at)
        data = at + HEADER.size
        if data + length > size:
            break
        found.append(Span(kind, at, data, data + length))
        at = data + length
    return found


def whole(buffer: bytes | bytearray | memoryview) -> int:
    """How many bytes at the start of `buffer` are whole frames."""
    at, size = 0, len(buffer)
    while at + HEADER.size <= size:
        length = HEADER.unpack_from(buffer, at)[3]
        if at + HEADER.size + length > size:
            break
        at += HEADER.size + length
    return at
