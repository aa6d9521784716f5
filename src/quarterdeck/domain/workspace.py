"""Workspace: a session's own copy of the repository. Its stream id is derived from the session's."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError, NotFoundError
from quarterdeck.domain.point import Point
from quarterdeck.domain.quota import QuotaExceeded


def workspace_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "workspace")


@dataclass(frozen=True, kw_only=True)
class WorkspacePrepared:
    TOPIC: ClassVar[str] = "WorkspacePrepared"
    SCHEMA_VERSION: ClassVar[int] = 2
    session_id: UUID
    kind: str
    base_commit: str
    tree: str
    notes: tuple[str, ...] = ()
    """What the copy lacks though the commit names it, a sentence each: submodules, Git LFS content."""


@dataclass(frozen=True, kw_only=True)
class SkippedPath:
    """What is left out of a snapshot. `path` is relative to the workspace, as text: see `application.paths`."""

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
class WorkspaceRestoreRequested:
    """The files, and the shell's directory and exports, are to be as they were at a point."""

    TOPIC: ClassVar[str] = "WorkspaceRestoreRequested"
    SCHEMA_VERSION: ClassVar[int] = 1
    point: Point
    tree: str


@dataclass(frozen=True, kw_only=True)
class WorkspaceRestored:
    TOPIC: ClassVar[str] = "WorkspaceRestored"
    SCHEMA_VERSION: ClassVar[int] = 1
    tree: str
    """The files as they are now."""
    files_changed: int
    shell: bool
    """Whether the shell's directory and exports were known of that point, and restored as well."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceRestoreFailed:
    """What was changed until then stays so; a snapshot from before is in the log."""

    TOPIC: ClassVar[str] = "WorkspaceRestoreFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class WorkspaceFileWritten:
    """The actor wrote a file from outside of the jail. What it has is in the snapshot, unless git ignores it."""

    TOPIC: ClassVar[str] = "WorkspaceFileWritten"
    SCHEMA_VERSION: ClassVar[int] = 1
    path: str
    """Relative to the workspace, as text: see `application.paths`."""
    base_sha256: str | None
    """Of what the writer had seen in it; None: no such file."""
    sha256: str
    bytes: int
    tree: str
    """The files afterwards."""
    write_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkspaceRebuilt:
    """It was made anew on another host, as the newest snapshot in the object store had it."""

    TOPIC: ClassVar[str] = "WorkspaceRebuilt"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    kind: str
    base_commit: str
    worker_id: str
    """That has it now."""
    from_worker_id: str
    tree: str
    """The snapshot's."""
    command_id: UUID | None
    """After which it was taken; None: between commands, or there is none and it is the base commit's."""
    taken_at: datetime
    covers: int
    """Version of this stream that it stands at: snapshots between that and this event are not in the object store."""
    shell: bool
    """Whether the shell's directory and exports were stored, and restored as well."""
    not_carried_over: tuple[str, ...]
    """What is not as it was, a sentence each."""
    notes: tuple[str, ...] = ()
    """As WorkspacePrepared has them."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceDiscarded:
    TOPIC: ClassVar[str] = "WorkspaceDiscarded"
    SCHEMA_VERSION: ClassVar[int] = 2
    last_tree: str
    bytes: int | None = None
    """On its disk at the end, of what the session had written; None: not known."""
    files: int | None = None


WorkspaceEvent = (
    WorkspacePrepared
    | SnapshotTaken
    | QuotaExceeded
    | WorkspaceRestoreRequested
    | WorkspaceRestored
    | WorkspaceRestoreFailed
    | WorkspaceFileWritten
    | WorkspaceRebuilt
    | WorkspaceDiscarded
)


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
    restoring: WorkspaceRestoreRequested | None = None
    """Asked for, and neither done nor failed yet."""
    discarded: bool = False


WorkspaceState = NoWorkspace | Workspace


def evolve(state: WorkspaceState, event: WorkspaceEvent) -> WorkspaceState:
    match event:
        case WorkspacePrepared():
            return prepared(event)
        case SnapshotTaken():
            return replace(existing(state), tree=event.tree, skipped=event.skipped, skipped_total=event.skipped_total)
        case WorkspaceRestoreRequested():
            return replace(existing(state), restoring=event)
        case WorkspaceRestored():
            return replace(existing(state), tree=event.tree, restoring=None)
        case WorkspaceRestoreFailed():
            return replace(existing(state), restoring=None)
        case QuotaExceeded() | WorkspaceFileWritten():
            return existing(state)
        case WorkspaceRebuilt():
            existing(state)
            return prepared(event)
        case WorkspaceDiscarded():
            return replace(existing(state), tree=event.last_tree, discarded=True, restoring=None)
        case _:
            assert_never(event)


def prepared(event: WorkspacePrepared | WorkspaceRebuilt) -> Workspace:
    return Workspace(session_id=event.session_id, kind=event.kind, base_commit=event.base_commit, tree=event.tree)


def existing(state: WorkspaceState) -> Workspace:
    if isinstance(state, NoWorkspace):
        raise NotFoundError("This session has no workspace yet.", "Wait until it is ready.")
    return state


def prepare(
    state: WorkspaceState, *, session_id: UUID, kind: str, base_commit: str, tree: str, notes: tuple[str, ...] = ()
) -> tuple[WorkspaceEvent, ...]:
    if isinstance(state, Workspace):
        raise ConflictError("This session has a workspace already.")
    return (WorkspacePrepared(session_id=session_id, kind=kind, base_commit=base_commit, tree=tree, notes=notes),)


def take_snapshot(state: WorkspaceState, taken: SnapshotTaken) -> tuple[WorkspaceEvent, ...]:
    """Nothing where the files, and what is left out of them, are as they were."""
    known = existing(state)
    same = (known.tree, known.skipped, known.skipped_total) == (taken.tree, taken.skipped, taken.skipped_total)
    return () if same else (taken,)


def writable(state: WorkspaceState) -> Workspace:
    """Raises ConflictError where its files are gone, or on their way to another state."""
    known = existing(state)
    if known.discarded:
        raise ConflictError("This session's files are not there any more.", "Fork it: `qd session fork ID`.")
    if known.restoring:
        raise ConflictError("This session's files are being restored already.", "Wait until that is done.")
    return known


def request_restore(state: WorkspaceState, *, point: Point, tree: str) -> tuple[WorkspaceEvent, ...]:
    writable(state)
    return (WorkspaceRestoreRequested(point=point, tree=tree),)


def restored(state: WorkspaceState, taken: SnapshotTaken, *, shell: bool) -> tuple[WorkspaceEvent, ...]:
    """Done: the files are as `taken` has them."""
    if not existing(state).restoring:
        return ()
    done = WorkspaceRestored(tree=taken.tree, files_changed=taken.files_changed, shell=shell)
    return (*take_snapshot(state, taken), done)


def fail_restore(state: WorkspaceState, *, reason: str, next_step: str) -> tuple[WorkspaceEvent, ...]:
    return (WorkspaceRestoreFailed(reason=reason, next_step=next_step),) if existing(state).restoring else ()


def discard(
    state: WorkspaceState, last: SnapshotTaken, used: tuple[int, int] | None = None
) -> tuple[WorkspaceEvent, ...]:
    """With a last snapshot, where it differs from the one before. `used`: bytes and files on its disk, where known."""
    if existing(state).discarded:
        return ()
    size, files = used or (None, None)
    return (*take_snapshot(state, last), WorkspaceDiscarded(last_tree=last.tree, bytes=size, files=files))
