"""Making a session anew here whose worker is gone: its files and its shell as the object store has them."""

from dataclasses import dataclass

from quarterdeck.application.journal import Read
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.streams import ARCHIVE, WORKSPACE
from quarterdeck.application.trees import Home
from quarterdeck.domain import archive, workspace
from quarterdeck.domain.archive import Archive
from quarterdeck.domain.point import NOW
from quarterdeck.domain.project import ProjectSettings
from quarterdeck.domain.rebuilding import Origin, not_carried_over
from quarterdeck.domain.session_state import OpenSession
from quarterdeck.domain.workspace import (
    SnapshotTaken,
    WorkspaceEvent,
    WorkspacePrepared,
    WorkspaceRebuilt,
    WorkspaceState,
    workspace_id,
)
from quarterdeck.jail.abstract import Jail
from quarterdeck.worker.changing import change
from quarterdeck.worker.files import taken
from quarterdeck.worker.ports import WorkerPorts


@dataclass(frozen=True)
class Begun:
    """What is to be said of the files that a session begins with."""

    before: WorkspaceState
    version: int
    events: tuple[WorkspaceEvent, ...]
    taken_over: tuple[StreamWrite, ...] = ()
    """That no other worker adds to what is stored."""
    detail: str = ""
    """Of one that is made anew, for the user."""


class Rebuilder:
    def __init__(self, ports: WorkerPorts) -> None:
        self._ports = ports

    async def rebuild(
        self, opened: OpenSession, prepared: PreparedWorkspace, jail: Jail, settings: ProjectSettings
    ) -> Begun:
        """Gives a fresh copy of the base commit, and its jail, what the last snapshot had."""
        session_id, ports = prepared.session_id, self._ports
        files = await ports.journal.read(WORKSPACE, workspace_id(session_id))
        stored = await ports.retriever.retrieve(Home(session_id=session_id, project_id=opened.project_id))
        origin = origin_of(files, stored.state)
        await ports.retriever.retrieve_shells(session_id, stored.state)
        shell = await ports.workspaces.shell(session_id, NOW) if stored.state.shells else None
        await change(jail, ports.workspaces.steps(session_id, opened.project_id, prepared.tree, origin.tree), shell)
        found = await ports.workspaces.tree(session_id, origin.tree, keep_ignored=settings.keep_ignored)
        rebuilt = WorkspaceRebuilt(
            session_id=session_id,
            kind=prepared.kind,
            base_commit=prepared.base_commit,
            worker_id=ports.worker_id,
            from_worker_id=opened.came_from,
            tree=origin.tree,
            command_id=origin.snapshot.command_id if origin.snapshot else None,
            taken_at=origin.taken_at,
            covers=origin.covers,
            shell=shell is not None,
            not_carried_over=not_carried_over(
                origin, opened.came_from, shell=shell is not None, keep_ignored=settings.keep_ignored
            ),
            notes=prepared.notes,
        )
        return Begun(
            before=files.state,
            version=files.version,
            events=(rebuilt, *workspace.take_snapshot(workspace.prepared(rebuilt), taken(found, None))),
            taken_over=(_taken_over(stored, ports.worker_id),),
            detail=_detail(rebuilt, origin),
        )

    async def is_still_so(self, begun: Begun, prepared: PreparedWorkspace) -> bool:
        """Nobody has added to what the session was made from."""
        session_id = prepared.session_id
        files = await self._ports.journal.read(WORKSPACE, workspace_id(session_id))
        stored = await self._ports.journal.read(ARCHIVE, archive.archive_id(session_id))
        return (files.version, stored.version) == (begun.version, begun.taken_over[0].expected_version)


def origin_of(files: Read[WorkspaceState], stored: Archive) -> Origin:
    """What the session is made anew from."""
    known = workspace.existing(files.state)
    covered = [each for each in files.events if each.version <= stored.covers]
    snapshots = [each for each in covered if isinstance(each.event, SnapshotTaken)]
    last = snapshots[-1] if snapshots else None
    snapshot = last.event if last and isinstance(last.event, SnapshotTaken) else None
    first = next(each for each in files.events if isinstance(each.event, WorkspacePrepared))
    base = first.event.tree if isinstance(first.event, WorkspacePrepared) else known.tree
    covers = last.version if last else first.version
    begun = max((each.version for each in files.events if isinstance(each.event, WorkspaceRebuilt)), default=covers)
    later = [e for e in files.events if e.version > max(covers, begun) and isinstance(e.event, SnapshotTaken)]
    return Origin(
        snapshot=snapshot,
        tree=snapshot.tree if snapshot else base,
        taken_at=(last or first).envelope.recorded_at,
        covers=covers,
        later=len(later),
    )


def _taken_over(stored: Read[Archive], worker_id: str) -> StreamWrite:
    events = archive.take_over(worker_id)
    return StreamWrite(stream_id=stored.stream_id, expected_version=stored.version, events=events)


def _detail(rebuilt: WorkspaceRebuilt, origin: Origin) -> str:
    what = f"the snapshot of {origin.taken_at:%Y-%m-%d %H:%M:%S} UTC" if origin.snapshot else "its base commit"
    return (
        f"It was made anew on worker {rebuilt.worker_id} from {what}, since worker {rebuilt.from_worker_id} is gone. "
        f"Not carried over: {' '.join(rebuilt.not_carried_over)}"
    )
