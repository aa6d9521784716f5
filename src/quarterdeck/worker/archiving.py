"""Sending snapshots to the object store, beside the work of the sessions.

First the objects, then the event that says so; what is there without an event is sent or removed again.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports import LoggedEvent, ObjectStore, Pack, SnapshotPacks, SnapshotToPack, StreamWrite
from quarterdeck.application.streams import ARCHIVE, WORKSPACE
from quarterdeck.domain import archive
from quarterdeck.domain.archive import Archive, SnapshotsStored, archive_id
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.workspace import NoWorkspace, SnapshotTaken, Workspace, WorkspaceState, workspace_id

logger = structlog.get_logger(__name__)

PREFIX = "snapshots"
AT_ONCE = 500
"""Snapshots of one pack: a long row of them is sent in parts."""


def key_of(session_id: UUID, pack: Pack) -> str:
    """Names its content: to send it again is harmless."""
    return f"{PREFIX}/{session_id}/{pack.covers:08}-{pack.sha256}.pack"


class Archiver:
    def __init__(self, journal: Journal, packs: SnapshotPacks, objects: ObjectStore, interval: float) -> None:
        self._journal, self._packs, self._objects, self._interval = journal, packs, objects, interval
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
                await self._send(session_id)
            except QuarterdeckError as error:
                logger.warning("snapshots are not stored yet", session=str(session_id), error=error.message)
            except Exception:
                logger.exception("snapshots could not be stored", session=str(session_id))

    async def _send(self, session_id: UUID) -> None:
        files = await self._journal.read(WORKSPACE, workspace_id(session_id))
        if isinstance(files.state, NoWorkspace):
            return
        stored = await self._journal.read(ARCHIVE, archive_id(session_id))
        if stored.state.collected:
            await self._packs.finish(session_id)
            return
        await self._packs.settle(session_id, stored.state.covers)
        while rest := _snapshots(files, stored.state.covers):
            stored = await self._send_pack(session_id, files, files.state, stored, rest[:AT_ONCE])
        if files.state.discarded:
            await self._packs.finish(session_id)

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
        events = archive.store(stored.state, said)
        write = StreamWrite(stream_id=stored.stream_id, expected_version=stored.version, events=events)
        with suppress(ConcurrencyError):  # an earlier attempt went through unheard
            await self._journal.append([write], _cause(files, pack.covers))
        stored = await self._journal.read(ARCHIVE, archive_id(session_id))
        await self._packs.settle(session_id, stored.state.covers)
        return stored


def _snapshots(files: Read[WorkspaceState], covers: int) -> list[SnapshotToPack]:
    """Those that are not stored yet."""
    return [
        SnapshotToPack(
            version=each.version,
            tree=each.event.tree,
            recorded_at=each.envelope.recorded_at,
            title=f"After command {each.event.command_id}" if each.event.command_id else "Found between commands",
        )
        for each in files.events
        if each.version > covers and isinstance(each.event, SnapshotTaken)
    ]


def _cause(files: Read[WorkspaceState], version: int) -> LoggedEvent:
    return next(each for each in files.events if each.version == version)
