"""Snapshots checked against their names: git's object names are digests, so whoever has the content can check them.

Nothing of the server's or the worker's is believed but the names in the log. Of each tree the folders' entries and the
files' content are fetched and hashed here, each object once, however many snapshots it is in.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from quarterdeck.application.paths import path_bytes
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.domain.command import CommandFinished
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded, WorkspacePrepared
from quarterdeck_cli.api.snapshots import TreeEntry, file_parts, tree
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, ProtocolError, ServerFailure

MODES = {"FILE": b"100644", "EXECUTABLE": b"100755", "LINK": b"120000", "FOLDER": b"40000", "SUBMODULE": b"160000"}
AT_ONCE = 8
"""Files that are fetched side by side."""


@dataclass(frozen=True, kw_only=True)
class NamedTree:
    """A tree that the log names, where it does so first."""

    position: int
    tree: str


def trees_of(entries: Iterable[Entry]) -> Iterator[NamedTree]:
    """Those of a session, each once."""
    known: set[str] = set()
    for entry in entries:
        for name in _names(entry):
            if name and name not in known:
                known.add(name)
                yield NamedTree(position=entry.row.position, tree=name)


def _names(entry: Entry) -> Sequence[str]:
    match entry.event:
        case SnapshotTaken(tree=name) | WorkspacePrepared(tree=name) | WorkspaceDiscarded(last_tree=name):
            return (name,)
        case CommandFinished(tree_before=before, tree_after=after):
            return before, after
        case _:
            return ()


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


@dataclass
class SnapshotCheck:
    client: Client
    session_id: str
    say: Callable[[str], None]
    trees: int = 0
    folders: int = 0
    files: int = 0
    size: int = 0
    """Bytes of the files."""
    _good: set[str] = field(default_factory=set[str])
    """Objects that are what their names say."""

    async def run(self, trees: Iterable[NamedTree]) -> Finding | None:
        """The first that is not there, or not what its name says."""
        for named in trees:
            try:
                wrong = await self._tree(named.tree)
            except NotFoundError as error:
                wrong = f"the worker has no such tree: {error}"
            except ServerFailure as error:
                if error.code not in {"NOT_FOUND", "INVALID_INPUT"}:
                    raise _unread(named, self.trees, error) from error
                wrong = f"it cannot be read: {error}"
            except (ProtocolError, InvalidInputError) as error:
                wrong = f"it cannot be read: {error}"
            if wrong:
                detail = f"snapshot {named.tree}: {wrong}".removesuffix(".")
                return Finding(position=named.position, fault=Fault.CHANGED_SNAPSHOT, detail=detail)
            self.trees += 1
            self.say(f"{self.trees:,} snapshots, {self.folders:,} folders and {self.files:,} files …")
        return None

    async def _tree(self, name: str) -> str | None:
        """What is wrong with it. Folders are looked at from the top: what a good one names is then to be found so."""
        waiting = [(name, "")]
        while waiting:
            expected, path = waiting.pop()
            if expected in self._good:
                continue
            entries = [entry async for entry in tree(self.client, self.session_id, path, name)]
            found = object_name("tree", tree_content(entries), expected)
            if found != expected:
                return f"the folder {path or '/'!r} has the name {found}, and not {expected}"
            self._good.add(expected)
            self.folders += 1
            if wrong := await self._files(name, entries):
                return wrong
            waiting += [(entry.object, entry.path) for entry in entries if entry.kind == "FOLDER"]
        return None

    async def _files(self, at: str, entries: Sequence[TreeEntry]) -> str | None:
        new = {each.object: each for each in entries if each.kind in {"FILE", "EXECUTABLE", "LINK"}}
        left = (each for each in new.values() if each.object not in self._good)
        while some := list(islice(left, AT_ONCE)):
            for wrong in await asyncio.gather(*(self._file(at, entry) for entry in some)):
                if wrong:
                    return wrong
        return None

    async def _file(self, at: str, entry: TreeEntry) -> str | None:
        content = b"".join([part.content async for part in file_parts(self.client, self.session_id, entry.path, at)])
        found = object_name("blob", content, entry.object)
        if found != entry.object:
            return f"the file {entry.path!r} has the name {found}, and not {entry.object}"
        self._good.add(entry.object)
        self.files, self.size = self.files + 1, self.size + len(content)
        return None


def _unread(named: NamedTree, good: int, error: ServerFailure) -> ServerFailure:
    """A worker that is away, or whose store is damaged: nobody can say which."""
    told = f"Snapshot {named.tree}, named at position {named.position}, could not be read: {error.message}"
    return ServerFailure(error.code, f"{told} {good:,} before it are what their names say.", error.next_step)
