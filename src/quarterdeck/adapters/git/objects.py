"""Git objects as bytes: names need not be text, and nothing is checked out, filtered or configured."""

import os
import re
from hashlib import sha1
from pathlib import Path
from typing import Final, Protocol

from pygit2 import Odb, Oid
from pygit2.enums import ObjectType

from quarterdeck.adapters.git.loose import LooseObjects

Entry = tuple[bytes, bytes]
"""Mode in octal digits, and the object's name in 20 bytes."""
Entries = dict[bytes, Entry]

FILE: Final = b"100644"
EXECUTABLE: Final = b"100755"
LINK: Final = b"120000"
TREE: Final = b"40000"
SUBMODULE: Final = b"160000"

_REMEMBERED = 100_000
"""Names of objects that were stored: asking the store again for each costs more than all else in a tree."""
_PARSED = 50_000
"""Entries of trees kept in memory per session, some 5 MB."""
_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)


class ReadableObjects(Protocol):
    """What comparing and finding needs of objects. Each raises KeyError where there is none of that name."""

    def entries(self, tree: bytes, /) -> Entries: ...

    def blob(self, name: bytes, /) -> bytes: ...

    def size(self, name: bytes, /) -> int: ...


class Objects:
    """An object store in a folder, and others that it borrows from."""

    def __init__(self, folder: Path, *borrowed: Path) -> None:
        self._odb = Odb(str(folder))
        for each in borrowed:
            self._odb.add_disk_alternate(str(each))
        self._backends = list(self._odb.backends)
        self._loose = LooseObjects(folder)
        self._stored: set[bytes] = set()
        self._parsed: dict[bytes, Entries] = {}
        self._entries = 0

    def read(self, name: str) -> tuple[ObjectType, bytes]:
        """Raises KeyError where there is no such object."""
        return self._odb.read(name)

    def entries(self, tree: bytes) -> Entries:
        """What is in a tree, not to be changed. Raises KeyError where there is no such tree."""
        known = self._parsed.get(tree)
        if known is not None:
            return known
        kind, content = self._odb.read(Oid(raw=tree))
        if kind != ObjectType.TREE:
            raise KeyError(tree.hex())
        return self._remember(tree, {name: (mode, entry) for mode, name, entry in _ENTRY.findall(content)})

    def blob(self, name: bytes) -> bytes:
        return self._odb.read(Oid(raw=name))[1]

    def size(self, name: bytes) -> int:
        """Of an object's content, without reading it. Raises KeyError where there is none."""
        return self._odb.read_header(Oid(raw=name))[1]

    def write_blob(self, content: bytes) -> bytes:
        """The blob's name."""
        return self._write(b"blob", content)

    def write_tree(self, entries: Entries, perhaps: bytes | None = None) -> bytes:
        """The tree's name. `entries` is not to be changed any more; `perhaps`: a tree that may have the same."""
        if perhaps is not None and self._parsed.get(perhaps) == entries:
            return perhaps
        name = self._write(b"tree", encode_tree(entries))
        self._remember(name, entries)
        return name

    def _remember(self, tree: bytes, entries: Entries) -> Entries:
        if tree not in self._parsed:
            self._entries += len(entries)
            self._parsed[tree] = entries
        while self._entries > _PARSED and len(self._parsed) > 1:
            self._entries -= len(self._parsed.pop(next(iter(self._parsed))))
        return entries

    def _write(self, kind: bytes, content: bytes) -> bytes:
        name = object_name(kind, content)
        if name not in self._stored:
            oid = Oid(raw=name)
            # a moved folder has no new content; asked so, no backend looks for new packs
            if not any(backend.exists(oid) for backend in self._backends):
                self._loose.write(name, kind, content)
            if len(self._stored) >= _REMEMBERED:
                self._stored.clear()
            self._stored.add(name)
        return name

    def complete(self, prefix: str) -> str:
        """The one object whose name starts so. Raises KeyError for none, ValueError for several."""
        found: set[str] = set()
        for backend in self._odb.backends:
            try:
                found.add(str(backend.exists_prefix(prefix)))
            except KeyError:
                continue
        if not found:
            raise KeyError(prefix)
        if len(found) > 1:
            raise ValueError(prefix)
        return found.pop()


def object_name(kind: bytes, content: bytes) -> bytes:
    """The 20 bytes that git names an object by. `kind` is `blob` or `tree`."""
    return sha1(b"%b %d\0%b" % (kind, len(content), content), usedforsecurity=False).digest()


def encode_tree(entries: Entries) -> bytes:
    """A tree's bytes, in git's order: a folder sorts as if its name ended in a slash."""
    ordered = sorted(entries.items(), key=lambda item: item[0] + b"/" if item[1][0] == TREE else item[0])
    return b"".join(b"%b %b\0%b" % (mode, name, entry) for name, (mode, entry) in ordered)


def alternates(folder: Path) -> bytes:
    """The `info/alternates` file that borrows from a folder, a path with special characters quoted as git does."""
    path = os.fsencode(folder)
    if path.isascii() and not set(path) & set(b'\n"\\#'):
        return path + b"\n"
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%b"\n' % escaped
