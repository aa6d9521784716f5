"""Finding a bundle's members without unpacking it: each is a zstd frame of its own, and frames say where they end.

Formats: of a frame RFC 8878, section 3.1.1; of a member's head POSIX.1-1988, ustar.
"""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import zstandard

from quarterdeck.audit.bundle.container import BLOCK, END, MOST_BYTES, WINDOW, BundleError

HEADER_BYTES: Final = 18
"""The longest header of a frame."""
CHECKSUM_BYTES: Final = 4
RUN_LENGTH: Final = 1
"""The kind of block that holds one byte, whatever its size says."""
MOST_HEAD: Final = 256 * 1024
"""Compressed bytes that are read for the beginning of a member: a block holds at most half of it."""
AHEAD: Final = 1024 * 1024
"""Read at once where members are looked at one after the other: most are small."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a member lies."""

    name: str
    start: int
    packed: int
    size: int
    """Of its content."""


class Seeker:
    """A bundle that is read here and there. To be closed. Safe for several threads."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def spots(self) -> Iterator[Spot]:
        """All members in their order, by their heads alone. Raises BundleError."""
        walk, start = _Walk(self._file), 0
        while start < walk.end:
            packed, size = walk.frame(start)
            head = _beginning(walk.bytes(start, min(packed, MOST_HEAD)), BLOCK, start)
            if head == bytes(BLOCK):
                walk.check_end(start + packed, size)
                return
            spot = _spot(head, start, packed)
            if size != BLOCK + spot.size + -spot.size % BLOCK:
                raise _not_alone()
            yield spot
            start += packed
        raise BundleError("The bundle is cut off.", "Copy or export it again.")

    def content(self, spot: Spot) -> bytes:
        """Raises BundleError where it is damaged."""
        packed = os.pread(self._file, spot.packed, spot.start)
        try:
            whole = _decompressor().decompress(packed, max_output_size=BLOCK + spot.size + BLOCK)
        except zstandard.ZstdError as error:
            raise _damaged(spot.start) from error
        if len(whole) != BLOCK + spot.size + -spot.size % BLOCK:
            raise _damaged(spot.start)
        return whole[BLOCK : BLOCK + spot.size]

    def head(self, spot: Spot, size: int) -> bytes:
        """The first bytes of a member's content, without unpacking more."""
        some = os.pread(self._file, min(spot.packed, MOST_HEAD), spot.start)
        return _beginning(some, BLOCK + size, spot.start)[BLOCK:]


class _Walk:
    """From frame to frame."""

    def __init__(self, file: int) -> None:
        self._file, self.end = file, os.fstat(file).st_size
        self._start, self._some = 0, b""

    def bytes(self, start: int, size: int) -> bytes:
        """Fewer at the end of the file."""
        if not self._start <= start <= start + size <= self._start + len(self._some):
            self._start, self._some = start, os.pread(self._file, max(size, AHEAD), start)
        return self._some[start - self._start : start - self._start + size]

    def check_end(self, start: int, size: int) -> None:
        """Nothing else may follow, nor be in the last frame: a reader who goes through all would stop before it."""
        if size != len(END) or start != self.end:
            raise BundleError("The bundle goes on after its end.", "Take it as `qd audit export` wrote it.")

    def frame(self, start: int) -> tuple[int, int]:
        """How long the frame is that begins here, and what is in it."""
        header = self.bytes(start, HEADER_BYTES)
        try:
            told = zstandard.get_frame_parameters(header)
            at = start + zstandard.frame_header_size(header)
        except zstandard.ZstdError as error:
            raise _damaged(start) from error
        if told.content_size > MOST_BYTES + 2 * BLOCK:
            raise _not_alone()
        last = False
        while not last:
            block = int.from_bytes(self.bytes(at, 3), "little")
            last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
            at += 3 + (1 if kind == RUN_LENGTH else size)
            if at > self.end:
                raise BundleError("The bundle is cut off.", "Copy or export it again.")
        return at + (CHECKSUM_BYTES if told.has_checksum else 0) - start, told.content_size


def _beginning(some: bytes, size: int, start: int) -> bytes:
    try:
        with _decompressor().stream_reader(some) as reader:
            return reader.read(size)
    except zstandard.ZstdError as error:
        raise _damaged(start) from error


def _spot(head: bytes, start: int, packed: int) -> Spot:
    try:
        name, size = head[:100].rstrip(b"\0").decode(), int(head[124:136].rstrip(b"\0 ") or b"0", 8)
    except ValueError as error:
        raise _damaged(start) from error
    if len(head) != BLOCK or head[156:157] != tarfile.REGTYPE or not 0 <= size <= MOST_BYTES:
        raise BundleError(
            f"The bundle has a member that none has: {name[:60]!r} of {size:,} bytes.",
            "It was not made by `qd audit export`, or by a later release.",
        )
    return Spot(name, start, packed, size)


def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW)


def _not_alone() -> BundleError:
    """Members that share a frame: the second would be found only by whoever unpacks all of it."""
    return BundleError(
        "The bundle is packed as a whole, so it cannot be read here and there.",
        "Take it as `qd audit export` wrote it.",
    )


def _damaged(start: int) -> BundleError:
    return BundleError(
        f"The file is damaged at byte {start:,}, or no bundle.", "Export it again, or compare it with another copy."
    )
