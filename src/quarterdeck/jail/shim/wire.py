"""Messages between worker and shim, on a stream socket: two u32 lengths, a JSON object, and raw bytes after it.

The worker asks (`id`, `do`, …) and gets one answer with the same `id`, some of them late; without an `id` none.
The shim calls unasked only to ring: `{"ring": command}` says that the spool has more than the worker armed for.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

PROTOCOL = 1
LENGTHS = struct.Struct("<II")
MAX_MESSAGE = 64 * 1024 * 1024

Head = dict[str, Any]


class BrokenMessageError(Exception):
    """What came is no message of this protocol."""


def pack(head: Head, body: bytes = b"") -> bytes:
    encoded = json.dumps(head, separators=(",", ":")).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


class Unpacker:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Head, bytes]]:
        self._buffer += data
        while len(self._buffer) >= LENGTHS.size:
            head_size, body_size = LENGTHS.unpack_from(self._buffer)
            if head_size + body_size > MAX_MESSAGE:
                raise BrokenMessageError(f"a message of {head_size + body_size} bytes")
            start, end = LENGTHS.size + head_size, LENGTHS.size + head_size + body_size
            if len(self._buffer) < end:
                return
            head = json.loads(self._buffer[LENGTHS.size : start])
            body = bytes(self._buffer[start:end])
            del self._buffer[:end]
            if not isinstance(head, dict):
                raise BrokenMessageError("a message that is no object")
            yield head, body
