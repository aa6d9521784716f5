"""Removing snapshots from the object store: of sessions that ended first, where a project has more than it may keep,
and objects that no event names.

First the event, then the objects: what the log calls stored is there.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.ports.objects import ObjectStore, StoredObject
from quarterdeck.application.ports.packs import SnapshotPacks
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import ARCHIVE, PROJECT, SESSION
from quarterdeck.domain import archive
from quarterdeck.domain.archive import Archive, archive_id
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.project import Project
from quarterdeck.domain.session_state import EndedSession, NoSession
from quarterdeck.worker.archiving import PREFIX

logger = structlog.get_logger(__name__)

ORPHANED_AFTER = timedelta(days=1)
"""An object that no event names may be one whose event is about to come."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A session's snapshots in the store."""

    session_id: UUID
    project_id: UUID
    ended: bool
    archive: Read[Archive]
    objects: Sequence[StoredObject]

    @property
    def bytes(self) -> int:
        return self.archive.state.bytes

    @property
    def last_sent(self) -> datetime:
        return max(each.modified for each in self.objects)


class Collector:
    """Any worker may do it, and several at once: who comes second finds it done."""

    def __init__(
        self, journal: Journal, packs: SnapshotPacks, objects: ObjectStore, clock: Clock, most: int, interval: float
    ) -> None:
        """`most`: bytes kept for one project, which may want fewer; 0: no limit but its own."""
        self._journal, self._packs, self._objects, self._clock = journal, packs, objects, clock
        self._most, self._interval = most, interval

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self.once()
            except QuarterdeckError as error:
                logger.warning("snapshots are not collected", error=error.message)
            except Exception:
                logger.exception("snapshots could not be collected")

    async def once(self) -> None:
        by_project: defaultdict[UUID, list[_Kept]] = defaultdict(list)
        for session_id, objects in (await self._listed()).items():
            kept = await self._look(session_id, objects)
            if kept is not None:
                await self._remove_unnamed(kept)
                by_project[kept.project_id].append(kept)
        for project_id, sessions in by_project.items():
            if most := await self._most_of(project_id):
                await self._keep_within(sessions, most)

    async def _most_of(self, project_id: UUID) -> int:
        """The smaller of the two where both are given."""
        state = (await self._journal.read(PROJECT, project_id)).state
        own = state.settings.snapshot_bytes if isinstance(state, Project) else None
        return min((each for each in (own, self._most) if each), default=0)

    async def _listed(self) -> dict[UUID, list[StoredObject]]:
        found: defaultdict[UUID, list[StoredObject]] = defaultdict(list)
        for each in await self._objects.list(PREFIX):
            parts = each.key.split("/")
            if len(parts) == 3 and (session_id := _uuid(parts[1])):
                found[session_id].append(each)
        return found

    async def _look(self, session_id: UUID, objects: Sequence[StoredObject]) -> _Kept | None:
        """None for a session that is not in this log: its objects are not ours."""
        state = (await self._journal.read(SESSION, session_id)).state
        if isinstance(state, NoSession):
            return None
        return _Kept(
            session_id=session_id,
            project_id=state.project_id,
            ended=isinstance(state, EndedSession),
            archive=await self._journal.read(ARCHIVE, archive_id(session_id)),
            objects=objects,
        )

    async def _remove_unnamed(self, kept: _Kept) -> None:
        named = {each.key for each in kept.archive.state.objects}
        for each in kept.objects:
            old = self._clock.now() - each.modified > ORPHANED_AFTER
            if each.key not in named and (old or kept.archive.state.collected):
                await self._objects.delete(each.key)

    async def _keep_within(self, sessions: list[_Kept], most: int) -> None:
        total = sum(each.bytes for each in sessions)
        for each in sorted(sessions, key=lambda each: each.last_sent):
            if total <= most:
                return
            if each.ended and each.bytes:
                await self._collect(each, total, most)
                total -= each.bytes

    async def _collect(self, kept: _Kept, total: int, most: int) -> None:
        reason = f"its project had {total:,} bytes of snapshots, and {most:,} are kept."
        events = archive.collect(kept.archive.state, reason)
        write = StreamWrite(stream_id=kept.archive.stream_id, expected_version=kept.archive.version, events=events)
        try:
            await self._journal.append([write], kept.archive.events[-1])
        except ConcurrencyError:
            return
        logger.info("collecting snapshots", session=str(kept.session_id), bytes=kept.bytes)
        await self._packs.remove(kept.session_id)
        for each in kept.objects:
            await self._objects.delete(each.key)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
