"""Git objects: their kinds, their names, and what a tree's bytes say. Whatever is read here may come from anywhere."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from quarterdeck.application.paths import path_bytes
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli.api.snapshots import TreeEntry

MODES: Final = {
    "FILE": b"100644",
    "EXECUTABLE": b"100755",
    "LINK": b"120000",
    "FOLDER": b"40000",
    "SUBMODULE": b"160000",
}
FOLDER: Final = MODES["FOLDER"]
SUBMODULE: Final = MODES["SUBMODULE"]
NAME_BYTES: Final = 20
_ENTRY: Final = re.compile(rb"([0-7]{5,6}) ([^\0/]+)\0(.{20})", re.DOTALL)


class Inner(NamedTuple):
    """An entry of a tree."""

    mode: bytes
    path: bytes
    name: bytes
    """Of the object, in 20 bytes."""


def object_name(kind: str, content: bytes, like: str) -> str:
    """By the hash that made the name `like`: SHA-1, or SHA-256 where it has 64 digits."""
    digest = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(f"{kind} {len(content)}\0".encode() + content)
    return digest.hexdigest()


def tree_content(entries: Iterable[TreeEntry]) -> bytes:
    """As git writes a tree. Raises InvalidInputError for entries that no tree has."""
    rows: list[tuple[bytes, bytes]] = []
    for entry in entries:
        name, mode = path_bytes(entry.name), MODES.get(entry.kind)
        if mode is None:
            raise InvalidInputError(f"git has no entry of the kind {entry.kind[:40]!r}.")
        try:
            row = mode + b" " + name + b"\0" + bytes.fromhex(entry.object)
        except ValueError as error:
            raise InvalidInputError(f"{entry.object[:80]!r} names no object.") from error
        rows.append((name + b"/" if entry.kind == "FOLDER" else name, row))
    return b"".join(row for _, row in sorted(rows))


def inner(tree: bytes) -> Iterator[Inner]:
    """What a tree's bytes say. Raises ValueError where they are no tree's."""
    at = 0
    while at < len(tree):
        found = _ENTRY.match(tree, at)
        if found is None:
            raise ValueError(f"no entry of a tree at byte {at}")
        yield Inner(found[1], found[2], found[3])
        at = found.end()
