"""Keeping what a worker still has of a session that was made anew elsewhere while it was away: nothing that was not
stored is destroyed with the old copy."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.ports.packs import SnapshotPacks, SnapshotToPack
from quarterdeck.application.ports.workspaces import PreparedWorkspace, Workspaces, WorkspaceTree
from quarterdeck.application.streams import ARCHIVE, PROJECT, WORKSPACE
from quarterdeck.domain import archive, session_state
from quarterdeck.domain.archive import Archive, WorkSetAside, archive_id
from quarterdeck.domain.project import Project
from quarterdeck.domain.session_state import (
    EndedSession,
    OpenSession,
    ReadySession,
    SessionState,
)
from quarterdeck.domain.workspace import WorkspaceRebuilt, WorkspaceState, workspace_id
from quarterdeck.worker.archiving import PREFIX, to_pack

logger = structlog.get_logger(__name__)


class Asides:
    def __init__(
        self, worker_id: str, journal: Journal, workspaces: Workspaces, packs: SnapshotPacks, objects: ObjectStore
    ) -> None:
        self._worker_id, self._journal = worker_id, journal
        self._workspaces, self._packs, self._objects = workspaces, packs, objects

    async def is_elsewhere(self, read: Read[SessionState]) -> bool:
        """Another worker has the session, or had it last: it does not go on with what is here."""
        if session_state.keeper(read.state) in {"", self._worker_id}:
            return False
        return not isinstance(read.state, EndedSession) or self._left(await self._files(read.stream_id)) is not None

    async def keep(self, read: Read[SessionState]) -> None:
        """What is here and not in the object store is there afterwards, and in the log; then the copy may go.

        Raises UnavailableError where that cannot be done now: nothing may be removed then.
        """
        session_id, files = read.stream_id, await self._files(read.stream_id)
        prepared, left = await self._workspaces.find_prepared(session_id), self._left(files)
        if prepared is None:
            return
        since = left.rebuilt.tree if left else prepared.tree
        found = await self._workspaces.tree(
            session_id, since, keep_ignored=await self._keeps_ignored(session_state.existing(read.state))
        )
        known = {since} if left else {since, *(each.tree for each in to_pack(files.events, 0))}
        unsent = to_pack(files.events, max(left.rebuilt.covers, _begun(files, left)), left.at.version) if left else []
        if found.tree not in known or unsent:
            at = left.at if left else files.events[-1]
            detail = _detail(self._worker_id, session_state.keeper(read.state), found)
            await self._store(prepared, at, found, unsent, detail)
        await self._packs.finish(session_id)

    async def _files(self, session_id: UUID) -> Read[WorkspaceState]:
        return await self._journal.read(WORKSPACE, workspace_id(session_id))

    def _left(self, files: Read[WorkspaceState]) -> "_Left | None":
        """When it went on elsewhere, last."""
        for each in reversed(files.events):
            if isinstance(each.event, WorkspaceRebuilt) and each.event.from_worker_id == self._worker_id:
                return _Left(each, each.event)
        return None

    async def _store(
        self,
        prepared: PreparedWorkspace,
        at: LoggedEvent,
        found: WorkspaceTree,
        unsent: list[SnapshotToPack],
        detail: str,
    ) -> None:
        session_id = prepared.session_id
        last = SnapshotToPack(
            version=at.version,
            tree=found.tree,
            recorded_at=at.envelope.recorded_at,
            title=f"Found on worker {self._worker_id} when it came back",
        )
        pack = await self._packs.pack(session_id, prepared.base_commit, None, [*unsent, last])
        key = f"{PREFIX}/{session_id}/aside-{pack.sha256}.pack"
        await self._objects.put(key, pack.path)
        kept = WorkSetAside(
            session_id=session_id,
            worker_id=self._worker_id,
            tree=found.tree,
            files_changed=len(found.changed),
            key=key,
            sha256=pack.sha256,
            bytes=pack.size,
            detail=detail,
        )
        await self._say(session_id, kept, at)
        await self._packs.settle(session_id, pack.covers)
        logger.info("files of a session that is elsewhere now are set aside", session=str(session_id), tree=found.tree)

    async def _say(self, session_id: UUID, kept: WorkSetAside, cause: LoggedEvent) -> None:
        while events := archive.set_aside((stored := await self._stored(session_id)).state, kept):
            write = StreamWrite(stream_id=stored.stream_id, expected_version=stored.version, events=events)
            try:
                await self._journal.append([write], cause)
            except ConcurrencyError:
                continue

    async def _stored(self, session_id: UUID) -> Read[Archive]:
        return await self._journal.read(ARCHIVE, archive_id(session_id))

    async def _keeps_ignored(self, known: OpenSession | ReadySession | EndedSession) -> bool:
        home = (await self._journal.read(PROJECT, known.project_id)).state
        return isinstance(home, Project) and home.settings.keep_ignored


@dataclass(frozen=True)
class _Left:
    at: LoggedEvent
    rebuilt: WorkspaceRebuilt


def _begun(files: Read[WorkspaceState], left: _Left) -> int:
    """Since when it was here: what comes before is some other worker's."""
    versions = [each.version for each in files.events if isinstance(each.event, WorkspaceRebuilt)]
    return max((version for version in versions if version < left.at.version), default=0)


def _detail(mine: str, keeper: str, found: WorkspaceTree) -> str:
    count = len(found.changed)
    differ = f"{count} file differs" if count == 1 else f"{count} files differ"
    return (
        f"Worker {mine} came back with files of the session, which went on without it (worker {keeper}): {differ} from "
        f"where that began. They are kept as tree {found.tree}."
    )
