"""Sending snapshots to the object store, beside the work of the sessions.

First the objects, then the event that says so; what is there without an event is sent or removed again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.ports.packs import Pack, SnapshotPacks, SnapshotToPack
from quarterdeck.application.secret_patterns import Patterns
from quarterdeck.application.streams import ARCHIVE, SESSION, WORKSPACE
from quarterdeck.application.trees import Home
from quarterdeck.domain import archive, session_state
from quarterdeck.domain.archive import Archive, ArchiveEvent, ShellsStored, SnapshotsStored, archive_id
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError
from quarterdeck.domain.session_state import EndedSession, NoSession, SessionState
from quarterdeck.domain.workspace import (
    NoWorkspace,
    SnapshotTaken,
    Workspace,
    WorkspaceRebuilt,
    WorkspaceState,
    workspace_id,
)
from quarterdeck.worker.archived_trees import Retriever

logger = structlog.get_logger(__name__)

PREFIX = "snapshots"
AT_ONCE = 500
"""Snapshots of one pack: a long row of them is sent in parts."""


def key_of(session_id: UUID, pack: Pack) -> str:
    """Names its content: to send it again is harmless."""
    return f"{PREFIX}/{session_id}/{pack.covers:08}-{pack.sha256}.pack"


def shells_key(session_id: UUID, sha256: str) -> str:
    return f"{PREFIX}/{session_id}/{sha256}.shells"


def title_of(snapshot: SnapshotTaken) -> str:
    return f"After command {snapshot.command_id}" if snapshot.command_id else "Found between commands"


def to_pack(files: Sequence[LoggedEvent], after: int, before: int | None = None) -> list[SnapshotToPack]:
    """The snapshots between two versions of a workspace's stream."""
    return [
        SnapshotToPack(
            version=each.version,
            tree=each.event.tree,
            recorded_at=each.envelope.recorded_at,
            title=title_of(each.event),
        )
        for each in files
        if after < each.version and (before is None or each.version < before) and isinstance(each.event, SnapshotTaken)
    ]


class Archiver:
    """Sends what this worker's sessions have. What is here of another worker's session is none of its business."""

    def __init__(
        self,
        worker_id: str,
        journal: Journal,
        packs: SnapshotPacks,
        objects: ObjectStore,
        interval: float,
        patterns: Patterns | None = None,
    ) -> None:
        """`patterns`: secrets that must not leave this host; a shell's state that holds one is not sent."""
        self._worker_id, self._patterns = worker_id, patterns or Patterns()
        self._journal, self._packs, self._objects, self._interval = journal, packs, objects, interval
        self._retriever = Retriever(journal, packs, objects)
        self._turn = asyncio.Lock()
        self.hurry = asyncio.Event()
        """Set when a session has ended: what it left is sent now."""

    async def run(self) -> None:
        """For ever."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.hurry.wait(), self._interval)
            self.hurry.clear()
            await self.once()

    async def once(self) -> None:
        """What cannot be sent now is logged, and tried again the next time."""
        for session_id in await self._packs.sessions():
            try:
                await self.send(session_id)
            except QuarterdeckError as error:
                logger.warning("snapshots are not stored yet", session=str(session_id), error=error.message)
            except Exception:
                logger.exception("snapshots could not be stored", session=str(session_id))

    async def send(self, session_id: UUID) -> None:
        """All of a session's that is not stored yet, if it is this worker's to send."""
        async with self._turn:
            await self._send(session_id)

    async def forget(self, session_id: UUID) -> None:
        """Nothing will come of it here."""
        await self._packs.finish(session_id)

    async def _send(self, session_id: UUID) -> None:
        place = await self._journal.read(SESSION, session_id)
        files = await self._journal.read(WORKSPACE, workspace_id(session_id))
        if isinstance(files.state, NoWorkspace) or self._is_anothers(place.state):
            return
        stored = await self._journal.read(ARCHIVE, archive_id(session_id))
        if stored.state.collected:
            await self._packs.finish(session_id)
            return
        if not stored.state.is_open_to(self._worker_id):
            return
        await self._packs.settle(session_id, stored.state.covers)
        if stored.state.keeper and stored.state.trees:
            await self._catch_up(session_id, place.state)
        begun = max((each.version for each in files.events if isinstance(each.event, WorkspaceRebuilt)), default=0)
        while rest := to_pack(files.events, max(stored.state.covers, begun)):
            stored = await self._send_pack(session_id, files, files.state, stored, rest[:AT_ONCE])
        await self._send_shells(session_id, files, stored)
        if files.state.discarded:
            await self._packs.finish(session_id)

    def _is_anothers(self, state: SessionState) -> bool:
        """One that has ended is its last worker's, unless the name of that has changed."""
        return not isinstance(state, EndedSession) and session_state.keeper(state) != self._worker_id

    async def _catch_up(self, session_id: UUID, place: SessionState) -> None:
        """What comes next stands on what others have sent."""
        if not isinstance(place, NoSession):
            await self._retriever.retrieve(Home(session_id=session_id, project_id=place.project_id))

    async def _send_pack(
        self,
        session_id: UUID,
        files: Read[WorkspaceState],
        known: Workspace,
        stored: Read[Archive],
        snapshots: list[SnapshotToPack],
    ) -> Read[Archive]:
        pack = await self._packs.pack(session_id, known.base_commit, stored.state.commit, snapshots)
        key = key_of(session_id, pack)
        await self._objects.put(key, pack.path)
        said = SnapshotsStored(key=key, sha256=pack.sha256, bytes=pack.size, commit=pack.commit, covers=pack.covers)
        stored = await self._say(stored, archive.store(stored.state, said), _cause(files, pack.covers))
        await self._packs.settle(session_id, stored.state.covers)
        return stored

    async def _send_shells(self, session_id: UUID, files: Read[WorkspaceState], stored: Read[Archive]) -> None:
        pack = await self._packs.shells(session_id, stored.state.commands, self._may_leave)
        if pack is None:
            return
        key = shells_key(session_id, pack.sha256)
        await self._objects.put(key, pack.path)
        said = ShellsStored(key=key, sha256=pack.sha256, bytes=pack.size, commands=pack.commands)
        await self._say(stored, archive.store_shells(stored.state, said), files.events[-1])

    def _may_leave(self, state: bytes) -> bool:
        return not self._patterns.hits(state)

    async def _say(self, stored: Read[Archive], events: tuple[ArchiveEvent, ...], cause: LoggedEvent) -> Read[Archive]:
        """Gives what the log has then. Raises UnavailableError where another worker has taken over."""
        write = StreamWrite(stream_id=stored.stream_id, expected_version=stored.version, events=events)
        with suppress(ConcurrencyError):  # an earlier attempt went through unheard
            await self._journal.append([write], cause)
        stored = await self._journal.read(ARCHIVE, stored.stream_id)
        if not stored.state.is_open_to(self._worker_id):
            raise UnavailableError("Another worker has the session now.")
        return stored


def _cause(files: Read[WorkspaceState], version: int) -> LoggedEvent:
    return next(each for each in files.events if each.version == version)
