"""Workspace: a session's own copy of the repository. Its stream id is derived from the session's."""

from dataclasses import dataclass, replace
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError, NotFoundError


def workspace_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "workspace")


@dataclass(frozen=True, kw_only=True)
class WorkspacePrepared:
    TOPIC: ClassVar[str] = "WorkspacePrepared"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    kind: str
    base_commit: str
    tree: str


@dataclass(frozen=True, kw_only=True)
class SkippedPath:
    """What is left out of a snapshot. `path` is relative to the workspace, bytes that are not UTF-8 as \\xNN."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SnapshotTaken:
    """The workspace's files as a git tree, as they were after `command_id`; None: found between commands."""

    TOPIC: ClassVar[str] = "SnapshotTaken"
    SCHEMA_VERSION: ClassVar[int] = 2
    command_id: UUID | None
    tree: str
    files_changed: int
    skipped: tuple[SkippedPath, ...] = ()
    skipped_total: int = 0
    """How many there are in all; the list holds the first."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceDiscarded:
    TOPIC: ClassVar[str] = "WorkspaceDiscarded"
    SCHEMA_VERSION: ClassVar[int] = 1
    last_tree: str


WorkspaceEvent = WorkspacePrepared | SnapshotTaken | WorkspaceDiscarded


@dataclass(frozen=True, kw_only=True)
class NoWorkspace:
    pass


@dataclass(frozen=True, kw_only=True)
class Workspace:
    session_id: UUID
    kind: str
    base_commit: str
    tree: str
    skipped: tuple[SkippedPath, ...] = ()
    skipped_total: int = 0
    discarded: bool = False


WorkspaceState = NoWorkspace | Workspace


def evolve(state: WorkspaceState, event: WorkspaceEvent) -> WorkspaceState:
    match event:
        case WorkspacePrepared():
            return prepared(event)
        case SnapshotTaken():
            return replace(existing(state), tree=event.tree, skipped=event.skipped, skipped_total=event.skipped_total)
        case WorkspaceDiscarded():
            return replace(existing(state), tree=event.last_tree, discarded=True)
        case _:
            assert_never(event)


def prepared(event: WorkspacePrepared) -> Workspace:
    return Workspace(session_id=event.session_id, kind=event.kind, base_commit=event.base_commit, tree=event.tree)


def existing(state: WorkspaceState) -> Workspace:
    if isinstance(state, NoWorkspace):
        raise NotFoundError("This session has no workspace yet.", "Wait until it is ready.")
    return state


def prepare(
    state: WorkspaceState, *, session_id: UUID, kind: str, base_commit: str, tree: str
) -> tuple[WorkspaceEvent, ...]:
    if isinstance(state, Workspace):
        raise ConflictError("This session has a workspace already.")
    return (WorkspacePrepared(session_id=session_id, kind=kind, base_commit=base_commit, tree=tree),)


def take_snapshot(state: WorkspaceState, taken: SnapshotTaken) -> tuple[WorkspaceEvent, ...]:
    """Nothing where the files, and what is left out of them, are as they were."""
    known = existing(state)
    same = (known.tree, known.skipped, known.skipped_total) == (taken.tree, taken.skipped, taken.skipped_total)
    return () if same else (taken,)


def discard(state: WorkspaceState, last: SnapshotTaken) -> tuple[WorkspaceEvent, ...]:
    """With a last snapshot, where it differs from the one before."""
    if existing(state).discarded:
        return ()
    return (*take_snapshot(state, last), WorkspaceDiscarded(last_tree=last.tree))
