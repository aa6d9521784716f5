"""The container of a bundle: a tar archive in which each member is a zstd frame of its own, with a checksum.

`tar --zstd -xf` unpacks it. Written member by member, so what was begun can go on at the last whole one. Read as a
stream, one bounded member at a time, and never unpacked to a disk: a bundle comes from anywhere.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import zstandard

from quarterdeck.domain.errors import InvalidInputError

BLOCK = 512
MOST_BYTES = 64 * 1024**2
"""Of one member."""
WINDOW = 2**23
"""Of the compression: what unpacking one takes in memory."""
LEVEL = 6
END = bytes(2 * BLOCK)
MOST_PADDING = 20 * 1024
"""Zeros after the last member: other programs fill a tar archive up to 10 KiB."""
_from_level: Callable[..., zstandard.ZstdCompressionParameters] = cast(
    "Any", zstandard.ZstdCompressionParameters
).from_level


class BundleError(InvalidInputError):
    """A file that is no bundle, or not a whole one."""


@dataclass(frozen=True, kw_only=True)
class Member:
    name: str
    content: bytes


def packed(member: Member) -> bytes:
    """What one member adds to the file."""
    if len(member.content) > MOST_BYTES:
        raise ValueError(f"a member has at most {MOST_BYTES:,} bytes")
    info = tarfile.TarInfo(member.name)
    info.size, info.mode = len(member.content), 0o644
    padding = bytes(-len(member.content) % BLOCK)
    return _compressed(info.tobuf(tarfile.USTAR_FORMAT) + member.content + padding)


def ending() -> bytes:
    """What makes a tar archive of the members before."""
    return _compressed(END)


def members(file: IO[bytes]) -> Iterator[Member]:
    """All members in their order. Raises BundleError at what is damaged, cut off or too large."""
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(file, read_across_frames=True)
    try:
        while member := _next(reader):
            yield member
        _ended(reader)
    except (zstandard.ZstdError, tarfile.HeaderError, UnicodeDecodeError) as error:
        raise BundleError(
            "The file is damaged, or no bundle.", "Export it again, or compare it with another copy of it."
        ) from error


def whole_members(file: IO[bytes]) -> Iterator[Member]:
    """Those of a bundle that is still written: all that is there, up to the last whole one."""
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(file, read_across_frames=True)
    while (member := _next(reader, may_end=True)) is not None:
        yield member


def _next(reader: IO[bytes], *, may_end: bool = False) -> Member | None:
    header = reader.read(BLOCK) if may_end else _exactly(reader, BLOCK)
    if may_end and not header:
        return None
    if header == bytes(BLOCK):
        return None
    info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
    if info.type != tarfile.REGTYPE or not 0 <= info.size <= MOST_BYTES:
        raise BundleError(
            f"The bundle has a member that none has: {info.name[:60]!r} of {info.size:,} bytes.",
            "It was not made by `qd audit export`, or by a later release.",
        )
    content = _exactly(reader, info.size)
    _exactly(reader, -info.size % BLOCK)
    return Member(name=info.name, content=content)


def _ended(reader: IO[bytes]) -> None:
    """After a first block of zeros. Raises BundleError where anything else follows: no other reader is to find more."""
    left = MOST_PADDING
    while some := reader.read(min(BLOCK, left)):
        left -= len(some)
        if some.strip(b"\0") or not left:
            raise BundleError("The bundle goes on after its end.", "Take it as `qd audit export` wrote it.")


def _exactly(reader: IO[bytes], size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        part = reader.read(size - len(content))
        if not part:
            raise BundleError("The bundle is cut off.", "Copy or export it again.")
        content += part
    return bytes(content)


def _compressed(content: bytes) -> bytes:
    parameters = _from_level(LEVEL, write_checksum=True, window_log=23)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)
