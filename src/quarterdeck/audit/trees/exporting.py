"""Putting the files of snapshots into a bundle: those that the bundle's own rows name, each object once."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.audit.bundle.contents import Manifest, MissingTree
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.trees.index import Index
from quarterdeck.audit.trees.named import NamedTree, trees_of
from quarterdeck.audit.trees.records import MEMBER_BYTES, Assembly, record
from quarterdeck.audit.trees.walking import Walk, WrongObjectError
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli import ids
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, ProtocolError, ServerFailure

NAME: Final = re.compile("[0-9a-f]{40}")
MEMBER_OBJECTS: Final = 1000
"""After which a member is closed, however small they are: what is fetched is safe soon."""
ABSENT: Final = frozenset({"NOT_FOUND", "INVALID_INPUT", "CONFLICT"})
"""Codes of failures that asking again does not mend."""


async def add_files(client: Client, writer: BundleWriter, say: Callable[[str], None]) -> list[MissingTree]:
    """Once all rows are added. What cannot be had is in the bundle's manifest, and is given back."""
    missing: list[MissingTree] = []
    with Index() as good:
        _known(writer, good)
        sink = _Sink(writer)
        walk = Walk(client, sink, good)
        try:
            for number, named in enumerate(trees_of(writer.rows()), 1):
                if why := await _fetch(walk, named):
                    missing.append(MissingTree(tree=named.tree, why=why))
                say(f"{number:,} snapshots, {walk.folders:,} folders and {walk.files:,} files …")
        finally:
            sink.flush()
    writer.add_manifest(Manifest(objects=writer.progress.objects, missing=missing))
    return missing


def _known(writer: BundleWriter, good: Index) -> None:
    """What an export that was cut off had."""
    assembly = Assembly()
    for number, member in enumerate(writer.objects()):
        for each in assembly.take(number, member):
            if not each.good:
                raise BundleError("The part that was begun is damaged.", "Remove it, and export again.")
            good.add(each.name)


async def _fetch(walk: Walk, named: NamedTree) -> str:
    """Why it cannot be had; nothing where it is in the bundle now."""
    if not NAME.fullmatch(named.tree):
        return "it is not named as git names a tree"
    if named.session_id is None:
        return "the record does not say whose it is"
    if named.tree in walk.good:
        return ""
    try:
        await walk.tree(ids.global_id("Session", named.session_id), named.tree)
    except (NotFoundError, WrongObjectError, InvalidInputError, ProtocolError) as error:
        return str(error)
    except ServerFailure as error:
        if error.code not in ABSENT:
            raise
        return error.message
    return ""


@dataclass
class _Sink:
    """Gathers small objects to members of a few mebibytes; a large blob has members of its own."""

    writer: BundleWriter
    _some: bytearray = field(default_factory=bytearray)
    _count: int = 0

    def add(self, kind: str, name: str, content: bytes) -> None:
        self._some += record(kind, name, len(content), 0, content)
        self._count += 1
        if len(self._some) >= MEMBER_BYTES or self._count >= MEMBER_OBJECTS:
            self.flush()

    def add_part(self, name: str, size: int, offset: int, data: bytes) -> None:
        if not offset:
            self.flush()
        self._some += record("blob", name, size, offset, data)
        if len(self._some) >= MEMBER_BYTES:
            self.writer.add_objects(bytes(self._some))
            self._some.clear()
        if offset + len(data) == size:
            self._count = 1

    def take_back(self) -> None:
        self._some.clear()
        self._count = 0
        self.writer.drop_objects()

    def flush(self) -> None:
        """What was added is safe."""
        if self._some:
            self.writer.add_objects(bytes(self._some))
        if self._count:
            self.writer.keep_objects(self._count)
        self._some.clear()
        self._count = 0
