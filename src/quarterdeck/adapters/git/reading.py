"""Reading files that a jail wrote, and may be writing still."""

import os
import stat
import time
from dataclasses import dataclass, field

import msgspec

from quarterdeck.adapters.git.layer import is_whiteout_file
from quarterdeck.adapters.git.objects import object_name

CLOCK_STEP_NS = 50_000_000
"""A file changed so shortly before it was read could change again and keep its time: the kernel's clock has steps."""

Stamp = tuple[int, int, int]


def stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


@dataclass
class Seen:
    """Names of contents by file, so that a file is read again only when it changed; and of folders' trees."""

    _known: dict[tuple[int, int], tuple[Stamp, bytes]] = field(
        default_factory=dict[tuple[int, int], tuple[Stamp, bytes]]
    )
    _met: dict[tuple[int, int], tuple[Stamp, bytes]] = field(default_factory=dict[tuple[int, int], tuple[Stamp, bytes]])

    _trees: dict[tuple[bytes, ...], bytes] = field(default_factory=dict[tuple[bytes, ...], bytes])
    _met_trees: dict[tuple[bytes, ...], bytes] = field(default_factory=dict[tuple[bytes, ...], bytes])

    def start(self) -> None:
        """A walk begins: what it does not meet is forgotten at its end."""
        self._met, self._met_trees = {}, {}

    def finish(self) -> None:
        self._known, self._trees = self._met, self._met_trees

    def last_tree(self, folder: tuple[bytes, ...]) -> bytes | None:
        """What a folder's tree was in the last walk."""
        return self._trees.get(folder)

    def put_tree(self, folder: tuple[bytes, ...], tree: bytes) -> None:
        self._met_trees[folder] = tree

    def encode(self) -> bytes:
        return msgspec.msgpack.encode([(*key, *met, name) for key, (met, name) in self._met.items()])

    def decode(self, encoded: bytes) -> None:
        """Takes up what an earlier process knew."""
        rows = msgspec.msgpack.decode(encoded, type=list[tuple[int, int, int, int, int, bytes]])
        self._known = {(row[0], row[1]): (row[2:5], row[5]) for row in rows}

    def get(self, found: os.stat_result) -> bytes | None:
        key = (found.st_dev, found.st_ino)
        known = self._known.get(key)
        if known is None or known[0] != stamp(found):
            return None
        self._met[key] = known
        return known[1]

    def put(self, found: os.stat_result, name: bytes, read_at_ns: int) -> None:
        if found.st_ctime_ns <= read_at_ns - CLOCK_STEP_NS:
            self._met[found.st_dev, found.st_ino] = (stamp(found), name)


@dataclass(frozen=True, kw_only=True)
class Content:
    data: bytes
    name: bytes
    """Of the blob."""
    stat: os.stat_result
    """As it was before the file was read."""
    read_at_ns: int
    whiteout: bool


def read_file(folder: int, name: bytes, limit: int) -> Content | None:
    """A regular file's content. None: it is no such file any more, or larger than `limit`. Never waits."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=folder)
    try:
        found, at = os.fstat(fd), time.time_ns()
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            return None
        data = _read(fd, found.st_size, limit)
        if len(data) > limit:
            return None
        # a file that grew or changed meanwhile has another stamp from now on, and is read again the next time
        return Content(
            data=data,
            name=object_name(b"blob", data),
            stat=found,
            read_at_ns=at,
            whiteout=not data and is_whiteout_file(fd),
        )
    finally:
        os.close(fd)


def _read(fd: int, expected: int, limit: int) -> bytes:
    data = os.read(fd, expected + 1)
    if len(data) == expected:
        return data
    parts, size = [data], len(data)
    while data and size <= limit:
        data = os.read(fd, 1 << 20)
        parts.append(data)
        size += len(data)
    return b"".join(parts)
