"""How a piece of a transcript is stored: zstd where that helps, as it is where not."""

from enum import IntEnum
from threading import local

import zstandard

LEVEL = 1
WORTH_IT = 0.9
"""Compressed to more than this part of its size, a piece is stored as it is."""


class Codec(IntEnum):
    """As stored."""

    PLAIN = 0
    ZSTD = 1


class _Contexts(local):
    """One per thread: they are not thread-safe, and slow to make."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def compress(data: bytes) -> tuple[Codec, bytes]:
    compressed = _contexts.compressor.compress(data)
    return (Codec.ZSTD, compressed) if len(compressed) <= len(data) * WORTH_IT else (Codec.PLAIN, data)


def decompress(codec: int, data: bytes) -> bytes:
    return _contexts.decompressor.decompress(data) if codec == Codec.ZSTD else data
