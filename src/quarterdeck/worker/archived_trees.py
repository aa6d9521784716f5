"""Reading trees that are not on this host, or not any more: they are taken back from the object store first."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from quarterdeck.application.errors import ChangedObjectError, MissingSnapshotsError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.control import TreeReader
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.ports.packs import SnapshotPacks
from quarterdeck.application.streams import ARCHIVE, PROJECT, WORKSPACE
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FindAsked,
    FoundPaths,
    Home,
    ListAsked,
    MeasureAsked,
    TreePage,
)
from quarterdeck.domain import project, workspace
from quarterdeck.domain.archive import Archive, SnapshotsCollected, archive_id
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.workspace import workspace_id

T = TypeVar("T")
LATE = "Where its worker is another host, its newest files are here half a minute later: try again."


class Retriever:
    """Takes a session's packs back, each checked by its digest in the log."""

    def __init__(self, journal: Journal, packs: SnapshotPacks, objects: ObjectStore) -> None:
        self._journal, self._packs, self._objects = journal, packs, objects
        self._turns = WeakValueDictionary[UUID, asyncio.Lock]()

    async def retrieve(self, home: Home) -> Read[Archive]:
        """Everything of the session's trees that is stored is on this host afterwards. Raises NotFoundError for what
        was collected, ChangedObjectError for a pack that is not what was stored.
        """
        async with self._turns.setdefault(home.session_id, asyncio.Lock()):
            stored = await self._journal.read(ARCHIVE, archive_id(home.session_id))
            for each in stored.events:
                if isinstance(each.event, SnapshotsCollected):
                    raise NotFoundError(
                        f"The snapshots of this session were collected on {each.envelope.recorded_at:%Y-%m-%d}:"
                        f" {each.event.reason}",
                        "What its commands printed is kept: see `qd replay`.",
                    )
            await self._take_back(home, stored.state)
            return stored

    async def retrieving(self, read: Callable[[], Awaitable[T]], *homes: Home) -> T:
        """What `read` gives; where this host lacks trees that it needs, they are taken back first."""
        try:
            return await read()
        except MissingSnapshotsError:
            for home in homes:
                await self.retrieve(home)
        try:
            return await read()
        except MissingSnapshotsError as error:
            raise MissingSnapshotsError(error.message, LATE) from error

    async def retrieve_shells(self, session_id: UUID, stored: Archive) -> None:
        """What is stored of the session's shell is here afterwards, and nothing else. Raises ChangedObjectError."""
        for each in stored.shells:
            await self._fetch(session_id, each)
        await self._packs.restore_shells(session_id, [each.sha256 for each in stored.shells])

    async def _take_back(self, home: Home, stored: Archive) -> None:
        packs = stored.trees
        missing = await self._packs.missing(home.session_id, [each.sha256 for each in packs])
        if packs and not missing:
            return
        for each in packs:
            if each.sha256 in missing:
                await self._fetch(home.session_id, each)
        files = workspace.existing((await self._journal.read(WORKSPACE, workspace_id(home.session_id))).state)
        place = project.existing((await self._journal.read(PROJECT, home.project_id)).state)
        await self._packs.restore(home, place.repository, files.base_commit, missing)

    async def _fetch(self, session_id: UUID, stored: "_Stored") -> None:
        into = self._packs.incoming(session_id, stored.sha256)
        await self._objects.get(stored.key, into)
        found = await asyncio.to_thread(_sha256, into)
        if found != stored.sha256:
            into.unlink()
            raise ChangedObjectError(
                f"The object {stored.key} is not what was stored: its SHA-256 is {found}, not {stored.sha256}.",
                "Restore it from a backup of the object store.",
            )


class _Stored(Protocol):
    """What an event says of an object."""

    @property
    def key(self) -> str: ...
    @property
    def sha256(self) -> str: ...


class ArchivedTrees:
    """A `TreeReader`: what the one of this host lacks is taken back, once for each request."""

    def __init__(self, local: TreeReader, retriever: Retriever) -> None:
        self._local, self._retriever = local, retriever

    async def list_tree(self, asked: ListAsked) -> TreePage:
        return await self._read(asked.home, lambda: self._local.list_tree(asked))

    async def find_paths(self, asked: FindAsked) -> FoundPaths:
        return await self._read(asked.home, lambda: self._local.find_paths(asked))

    async def read_file(self, asked: FileAsked) -> FileContent:
        return await self._read(asked.home, lambda: self._local.read_file(asked))

    async def diff(self, asked: DiffAsked) -> DiffPage:
        return await self._read(asked.home, lambda: self._local.diff(asked), asked.other)

    async def measure(self, asked: MeasureAsked) -> DiffMeasure:
        return await self._read(asked.home, lambda: self._local.measure(asked))

    async def blame(self, asked: BlameAsked) -> Blame:
        return await self._read(asked.home, lambda: self._local.blame(asked))

    async def _read(self, home: Home, read: Callable[[], Awaitable[T]], other: Home | None = None) -> T:
        return await self._retriever.retrieving(read, home, *([other] if other else []))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
