"""Giving a checkout's files and its index one time in the past.

Git compares a file's time with the index's to see what may have changed unnoticed, and reads such files again: right
after a checkout that is most of them. It also could not see a change made within the same second. A time before the
checkout, the same in both, settles it. Format: gitformat-index(5), version 2.
"""

import os
import stat
import struct
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

_HEADER = struct.Struct(">4sLL")
_FIXED = 62


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    path: bytes
    mode: int
    size: int
    blob: bytes
    """The 20 bytes that its content is named by."""

    @property
    def is_submodule(self) -> bool:
        return stat.S_IFMT(self.mode) == 0o160000


def settle_times(checkout: Path, seconds: int) -> list[IndexEntry]:
    """Sets the time of all files of a fresh checkout, and of their entries in its index; what the index has."""
    path = checkout / ".git" / "index"
    content = bytearray(path.read_bytes()[:-20])
    entries = _patch(content, struct.pack(">LLLL", seconds, 0, seconds, 0))
    root = os.fsencode(checkout)
    for entry in entries:
        if not entry.is_submodule:
            os.utime(root + b"/" + entry.path, (seconds, seconds), follow_symlinks=False)
    path.write_bytes(bytes(content) + sha1(content, usedforsecurity=False).digest())
    return entries


def _patch(content: bytearray, times: bytes) -> list[IndexEntry]:
    signature, version, count = _HEADER.unpack_from(content)
    if signature != b"DIRC" or version != 2:
        raise ValueError(f"the index has version {version}, not 2")
    entries: list[IndexEntry] = []
    at = _HEADER.size
    for _ in range(count):
        content[at : at + 16] = times
        mode, _uid, _gid, size, blob = struct.unpack_from(">LLLL20s", content, at + 24)
        end = content.index(b"\0", at + _FIXED)
        entries.append(IndexEntry(path=bytes(content[at + _FIXED : end]), mode=mode, size=size, blob=blob))
        at += (end - at + 8) & ~7
    return entries
