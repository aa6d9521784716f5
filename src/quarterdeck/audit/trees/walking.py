"""A server's snapshots, walked and checked against their names: git's object names are digests of what they name.

Nothing of the server's or the worker's is believed but the names in the log. Of each tree the folders' entries and the
files' content are fetched and hashed here, each object once, however many snapshots it is in.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from quarterdeck.audit.trees.index import Index
from quarterdeck.audit.trees.objects import object_name, tree_content
from quarterdeck_cli.api.snapshots import TreeEntry, file_parts, tree
from quarterdeck_cli.client import Client

AT_ONCE = 8
"""Files that are fetched side by side."""
LARGE = 1024 * 1024
"""Bytes of a file that is fetched alone, and never held as a whole."""
CONTENT = frozenset({"FILE", "EXECUTABLE", "LINK"})


class WrongObjectError(Exception):
    """What was fetched does not have the name that it was asked for by."""


class Sink(Protocol):
    """Is given each object once, when all that it names was given before."""

    def add(self, kind: str, name: str, content: bytes) -> None: ...

    def add_part(self, name: str, size: int, offset: int, data: bytes) -> None:
        """Of a large blob: all parts in their order, and nothing in between."""
        ...

    def take_back(self) -> None:
        """The parts of the blob that was begun were not what its name says."""
        ...


class Nowhere:
    """A `Sink` for whoever only wants to know that they are good."""

    def add(self, kind: str, name: str, content: bytes) -> None:
        pass

    def add_part(self, name: str, size: int, offset: int, data: bytes) -> None:
        pass

    def take_back(self) -> None:
        pass


@dataclass
class _Folder:
    name: str
    path: str
    content: bytes | None = None
    """Once it is found good, and its folders wait."""


@dataclass
class Walk:
    client: Client
    sink: Sink = field(default_factory=Nowhere)
    good: Index = field(default_factory=Index)
    """Objects that are what their names say."""
    folders: int = 0
    files: int = 0
    size: int = 0
    """Bytes of the files."""

    async def tree(self, session_id: str, name: str) -> None:
        """Raises WrongObjectError, and what asking a server raises. Checked from the top, so that names within are to
        be found; given to the sink from the bottom."""
        waiting = [_Folder(name, "")]
        while waiting:
            folder = waiting[-1]
            if folder.content is None and folder.name not in self.good:
                waiting += await self._open(session_id, name, folder)
                continue
            waiting.pop()
            if folder.content is not None and folder.name not in self.good:
                self.sink.add("tree", folder.name, folder.content)
                self.good.add(folder.name)
                self.folders += 1

    async def _open(self, session_id: str, at: str, folder: _Folder) -> list[_Folder]:
        """The folders in it, when its files are given."""
        entries = [entry async for entry in tree(self.client, session_id, folder.path, at)]
        content = tree_content(entries)
        found = object_name("tree", content, folder.name)
        if found != folder.name:
            raise WrongObjectError(f"the folder {folder.path or '/'!r} has the name {found}, and not {folder.name}")
        await self._files(session_id, at, entries)
        folder.content = content
        return [_Folder(entry.object, entry.path) for entry in entries if entry.kind == "FOLDER"]

    async def _files(self, session_id: str, at: str, entries: Sequence[TreeEntry]) -> None:
        new = {each.object: each for each in entries if each.kind in CONTENT and each.object not in self.good}
        small = (each for each in new.values() if (each.size or 0) <= LARGE)
        while some := list(islice(small, AT_ONCE)):
            contents = await asyncio.gather(*(self._content(session_id, at, entry) for entry in some))
            for entry, content in zip(some, contents, strict=True):
                self.sink.add("blob", entry.object, content)
                self._took(entry, len(content))
        for entry in new.values():
            if (entry.size or 0) > LARGE:
                await self._large(session_id, at, entry)

    async def _content(self, session_id: str, at: str, entry: TreeEntry) -> bytes:
        parts = bytearray()
        async for part in file_parts(self.client, session_id, entry.path, at):
            parts += part.content
            if len(parts) > LARGE:
                raise WrongObjectError(f"the file {entry.path!r} is larger than its folder says")
        content = bytes(parts)
        _compare(entry, object_name("blob", content, entry.object))
        return content

    async def _large(self, session_id: str, at: str, entry: TreeEntry) -> None:
        size, offset = entry.size or 0, 0
        digest = hashlib.sha256() if len(entry.object) == 64 else hashlib.sha1(usedforsecurity=False)
        digest.update(b"blob %d\0" % size)
        try:
            async for part in file_parts(self.client, session_id, entry.path, at):
                content = part.content
                digest.update(content)
                if offset + len(content) > size:
                    raise WrongObjectError(f"the file {entry.path!r} is larger than its folder says")
                self.sink.add_part(entry.object, size, offset, content)
                offset += len(content)
            _compare(entry, digest.hexdigest())
        except BaseException:
            self.sink.take_back()
            raise
        self._took(entry, size)

    def _took(self, entry: TreeEntry, size: int) -> None:
        self.good.add(entry.object)
        self.files, self.size = self.files + 1, self.size + size


def _compare(entry: TreeEntry, found: str) -> None:
    if found != entry.object:
        raise WrongObjectError(f"the file {entry.path!r} has the name {found}, and not {entry.object}")
