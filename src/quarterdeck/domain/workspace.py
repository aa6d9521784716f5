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
class SnapshotTaken:
    """The workspace's files as a git tree, as they were after `command_id`."""

    TOPIC: ClassVar[str] = "SnapshotTaken"
    SCHEMA_VERSION: ClassVar[int] = 1
    command_id: UUID | None
    tree: str
    files_changed: int


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
    discarded: bool = False


WorkspaceState = NoWorkspace | Workspace


def evolve(state: WorkspaceState, event: WorkspaceEvent) -> WorkspaceState:
    match event:
        case WorkspacePrepared():
            return Workspace(
                session_id=event.session_id, kind=event.kind, base_commit=event.base_commit, tree=event.tree
            )
        case SnapshotTaken():
            return replace(existing(state), tree=event.tree)
        case WorkspaceDiscarded():
            return replace(existing(state), tree=event.last_tree, discarded=True)
        case _:
            assert_never(event)


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


def take_snapshot(
    state: WorkspaceState, *, command_id: UUID | None, tree: str, files_changed: int
) -> tuple[WorkspaceEvent, ...]:
    if existing(state).tree == tree:
        return ()
    return (SnapshotTaken(command_id=command_id, tree=tree, files_changed=files_changed),)


def discard(state: WorkspaceState, last_tree: str) -> tuple[WorkspaceEvent, ...]:
    return () if existing(state).discarded else (WorkspaceDiscarded(last_tree=last_tree),)
