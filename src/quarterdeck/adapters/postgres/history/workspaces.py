"""Earlier versions of events of workspaces."""

from dataclasses import dataclass
from uuid import UUID

from quarterdeck.adapters.postgres.history.earlier import Earlier, Versions
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded, WorkspacePrepared


@dataclass(frozen=True, kw_only=True)
class SnapshotTakenV1:
    command_id: UUID | None
    tree: str
    files_changed: int


def _taken_v2(event: SnapshotTakenV1) -> SnapshotTaken:
    """What was left out was not recorded."""
    return SnapshotTaken(command_id=event.command_id, tree=event.tree, files_changed=event.files_changed)


@dataclass(frozen=True, kw_only=True)
class WorkspacePreparedV1:
    session_id: UUID
    kind: str
    base_commit: str
    tree: str


def _prepared_v2(event: WorkspacePreparedV1) -> WorkspacePrepared:
    """What a copy lacked was not recorded."""
    return WorkspacePrepared(**vars(event))


@dataclass(frozen=True, kw_only=True)
class WorkspaceDiscardedV1:
    last_tree: str


def _discarded_v2(event: WorkspaceDiscardedV1) -> WorkspaceDiscarded:
    """What was on its disk was not recorded."""
    return WorkspaceDiscarded(last_tree=event.last_tree)


EARLIER: Versions = {
    ("SnapshotTaken", 1): Earlier(shape=SnapshotTakenV1, upcast=_taken_v2),
    ("WorkspaceDiscarded", 1): Earlier(shape=WorkspaceDiscardedV1, upcast=_discarded_v2),
    ("WorkspacePrepared", 1): Earlier(shape=WorkspacePreparedV1, upcast=_prepared_v2),
}
