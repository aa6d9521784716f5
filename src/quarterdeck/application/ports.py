"""The edges: what the use cases and the roles need from the world. Each has an adapter and a memory twin,
and one contract test that runs on both."""

import socket
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from quarterdeck.application.export_requests import BranchAsked, ContentAsked, OpenedContent, WrittenBranch
from quarterdeck.application.frames import Frame
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    DiffAsked,
    DiffPage,
    FileAsked,
    FileContent,
    Home,
    ListAsked,
    TreePage,
)
from quarterdeck.domain.base import Actor, Envelope, ErasedEvent, Recorded, UnknownEvent
from quarterdeck.domain.command import ChangedFile, Terminal
from quarterdeck.domain.events import EVENT_TYPES, Event
from quarterdeck.domain.point import Point
from quarterdeck.domain.quota import LargestPath, QuotaLimit
from quarterdeck.domain.workspace import SkippedPath

LoggedEvent = Recorded[Event | UnknownEvent | ErasedEvent]


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class Ids(Protocol):
    def new(self) -> UUID:
        """A new id, later than those before it (UUIDv7)."""
        ...


# --- the log -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Context:
    """What goes into the envelope of the events of one request."""

    actor: Actor
    correlation_id: UUID
    causation_id: str | None = None
    project_id: UUID | None = None
    session_id: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class StreamWrite:
    """Events to append to one stream that is at `expected_version` (0: it does not exist yet)."""

    stream_id: UUID
    expected_version: int
    events: tuple[Event, ...]
    project_id: UUID | None = None
    session_id: UUID | None = None
    """These two override the context's, for a write that spans nouns."""


class EventLog(Protocol):
    """The append-only log."""

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        """Appends all or nothing and returns the events as logged, in order.

        Raises `ConcurrencyError` where a stream is not at its expected version. No events: nothing happens.
        """
        ...

    async def load(self, stream_id: UUID) -> Sequence[LoggedEvent]:
        """All events of a stream, in order; empty for one that does not exist."""
        ...

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """At most `limit` events with a position greater than `after`, in order."""
        ...

    async def read_session(self, session_id: UUID, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The same for the events whose envelope names the session, whatever their stream."""
        ...

    async def head(self) -> int:
        """The last position, 0 for an empty log."""
        ...

    def tail(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[LoggedEvent]]]:
        """Batches of what comes after position `after`: first the stored, then each new as it is committed.

        Survives the loss of its connection. Never skips and never repeats a position.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class RawEvent:
    """An event as its row holds it, undecoded: what the audit checks and the API shows."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    envelope: Envelope
    payload: bytes | None
    """JSON; None where it was erased."""
    payload_digest: bytes
    """SHA-256 of the payload, kept when the payload is erased."""
    digest: bytes
    """The chain's, see `quarterdeck.audit.chain`."""

    @property
    def event_id(self) -> str:
        return f"{self.stream_id}:{self.version}"

    @property
    def erased(self) -> bool:
        return self.payload is None

    @property
    def known(self) -> bool:
        """This release can decode it."""
        known = EVENT_TYPES.get(self.topic)
        return known is not None and 1 <= self.schema_version <= known.SCHEMA_VERSION


class LogReader(Protocol):
    """The log's rows as they are."""

    async def raw(
        self,
        after: int,
        limit: int,
        *,
        project_ids: Collection[UUID] | None = None,
        session_id: UUID | None = None,
    ) -> Sequence[RawEvent]:
        """At most `limit` rows with a position greater than `after`, in order, of these projects and this session."""
        ...

    def tail_raw(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[RawEvent]]]:
        """As `EventLog.tail`."""
        ...


# --- transcripts and live output -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TranscriptHead:
    sequence: int
    """Batches stored so far: the fencing token for the next."""
    frames: int
    offset: int
    """Output bytes stored so far."""
    encoded: int
    """Encoded bytes stored so far, headers included: the position in the spool of what comes next."""
    complete: bool
    """The END frame is stored."""


class TranscriptStore(Protocol):
    """Output by command and offset, in whole frames."""

    async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
        """Stores whole encoded frames as one batch. Raises `ConcurrencyError` if the sequence has moved on."""
        ...

    async def head(self, command_id: UUID) -> TranscriptHead: ...

    async def read(self, command_id: UUID, after: int, limit: int) -> Sequence[Frame]:
        """Frames that reach beyond output offset `after`, the first cut so that it starts there.

        About `limit` payload bytes at most, but never without output as long as there is more of it, so a reader that
        goes on from the last offset always gets further. Frames of other kinds are included at their place, those at
        offset `after` too; INPUT beyond the limit is left out.
        """
        ...


class LiveOutput(Protocol):
    """Frames as they are printed. Best effort: a reader that sees a jump in offsets reads the transcript."""

    async def publish(self, command_id: UUID, encoded: bytes) -> None:
        """Whole encoded frames, at most 512 KiB."""
        ...

    def subscribe(self, command_id: UUID) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Encoded frames from now on (from when the context is entered)."""
        ...


# --- work ----------------------------------------------------------------------------------------------------------


class JobKind(StrEnum):
    MIRROR_PROJECT = "mirror_project"
    PROVISION_SESSION = "provision_session"
    RUN_COMMAND = "run_command"
    CANCEL_COMMAND = "cancel_command"
    PAUSE_SESSION = "pause_session"
    RESUME_SESSION = "resume_session"
    CLOSE_SESSION = "close_session"
    RESTORE_WORKSPACE = "restore_workspace"
    CHANGE_NETWORK = "change_network"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A doorbell: what to look at. The worker reads the log for what to do."""

    kind: JobKind
    subject_id: UUID
    """Project, session or command."""
    event_id: str
    """Of the event that asks for it; the message id."""
    worker_id: str | None = None
    """The only worker that can do it; None: any."""
    traceparent: str | None = None


class Delivery(Protocol):
    @property
    def job(self) -> Job: ...
    @property
    def attempt(self) -> int:
        """1 for the first delivery."""
        ...

    async def done(self) -> None: ...
    async def retry(self, delay_seconds: float) -> None: ...
    async def working(self) -> None:
        """Still at it: restart the redelivery timer."""
        ...


class JobQueue(Protocol):
    """At least once, from the log to the workers."""

    async def publish(self, job: Job) -> None:
        """Safe to repeat: the event id is the message id."""
        ...

    def consume(self, worker_id: str) -> AbstractAsyncContextManager[AsyncIterator[Delivery]]:
        """Jobs for this worker, and those for any."""
        ...


@dataclass(frozen=True, kw_only=True)
class RepositoryFound:
    """What a look at a repository found."""

    source: str
    """As it is to be stored: absolute path or URL, without credentials."""
    name: str
    """Last part of the path, without `.git`."""
    default_branch: str
    head_commit: str


class TreeReader(Protocol):
    """Reads the trees of sessions, also of those that have ended.

    Each raises NotFoundError for a tree or path that is not there, and InvalidInputError for what is none.
    """

    async def list_tree(self, asked: ListAsked) -> TreePage: ...
    async def read_file(self, asked: FileAsked) -> FileContent: ...
    async def diff(self, asked: DiffAsked) -> DiffPage: ...
    async def blame(self, asked: BlameAsked) -> Blame: ...


class WorkerControl(Protocol):
    """Requests to a worker that are answered at once. Each raises the worker's own QuarterdeckError,
    or UnavailableError where no worker answers."""

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound: ...
    async def send_input(self, worker_id: str, command_id: UUID, data: bytes, *, end: bool) -> None: ...
    async def resize(self, worker_id: str, command_id: UUID, terminal: Terminal) -> None: ...
    async def signal(self, worker_id: str, command_id: UUID, name: str) -> None: ...
    async def check(self, worker_id: str) -> None:
        """Returns when the worker has compared the log with its host, and logged what it found."""
        ...


class TreeControl(Protocol):
    """`TreeReader` by request to a worker; None: to any. Raises UnavailableError where none answers."""

    async def list_tree(self, worker_id: str | None, asked: ListAsked) -> TreePage: ...
    async def read_file(self, worker_id: str | None, asked: FileAsked) -> FileContent: ...
    async def diff(self, worker_id: str | None, asked: DiffAsked) -> DiffPage: ...
    async def blame(self, worker_id: str | None, asked: BlameAsked) -> Blame: ...


class ControlHandler(Protocol):
    """The worker's side of `WorkerControl`. What it raises reaches the caller."""

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound: ...
    async def send_input(self, command_id: UUID, data: bytes, *, end: bool) -> None: ...
    async def resize(self, command_id: UUID, terminal: Terminal) -> None: ...
    async def signal(self, command_id: UUID, name: str) -> None: ...
    async def check(self) -> None: ...


class ControlServer(Protocol):
    def serve(
        self, worker_id: str, handler: ControlHandler, trees: TreeReader | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Answers the requests to this worker, and its share of those to any, while the context is entered.

        Requests about one command are handled in the order they came, others side by side.
        """
        ...


class WorkspaceExporter(Protocol):
    """Takes trees of sessions out, also of those that have ended. Never runs or follows anything that a jail wrote."""

    async def open(self, asked: ContentAsked) -> OpenedContent:
        """A tar or a patch, made as it is read. Raises NotFoundError, before any of it, where something is missing."""
        ...

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        """Puts a commit onto a branch of the repository, which is new or stands at a known commit; nothing else of it
        is touched. Done again, it does nothing.

        Raises ConflictError for another branch, InvalidInputError where the repository is not on this host.
        """
        ...


class ExportControl(Protocol):
    """`WorkspaceExporter` by request to a worker; None: to any. Raises UnavailableError where none answers."""

    def content(self, worker_id: str | None, asked: ContentAsked) -> AbstractAsyncContextManager[OpenedContent]: ...
    async def write_branch(self, worker_id: str | None, asked: BranchAsked) -> WrittenBranch: ...


class ExportServer(Protocol):
    def serve(self, worker_id: str, exporter: WorkspaceExporter) -> AbstractAsyncContextManager[None]:
        """Answers the requests to this worker, and its share of those to any, while the context is entered."""
        ...


class ByteStream(Protocol):
    """Both ways, with back-pressure. Each method raises UnavailableError where it broke."""

    async def read(self) -> bytes:
        """The next bytes; none at the other side's end."""
        ...

    async def write(self, data: bytes) -> None:
        """Returns when the other side has room for more."""
        ...

    async def end(self) -> None:
        """No more bytes come from here."""
        ...


class Tunnels(Protocol):
    """Ways into jails, whatever host they stand on. Raises what the worker says, UnavailableError for no answer."""

    async def ports(self, worker_id: str, session_id: UUID) -> Sequence[int]:
        """TCP ports that something in the session listens on."""
        ...

    def dial(self, worker_id: str, session_id: UUID, port: int) -> AbstractAsyncContextManager[ByteStream]:
        """A connection to what listens on a port of the session's loopback."""
        ...


class TunnelHandler(Protocol):
    """The worker's side. What it raises reaches the caller."""

    async def ports(self, session_id: UUID) -> Sequence[int]: ...
    async def dial(self, session_id: UUID, port: int) -> socket.socket:
        """Connected, and not blocking."""
        ...


class TunnelServer(Protocol):
    def serve(self, worker_id: str, handler: TunnelHandler) -> AbstractAsyncContextManager[None]:
        """Answers, and carries bytes, while the context is entered."""
        ...


@dataclass(frozen=True, kw_only=True)
class WorkerLease:
    """A worker that is alive until `expires_at`. `epoch` grows with each start: the fencing token."""

    worker_id: str
    epoch: int
    host: str
    capacity: int
    sessions: int
    expires_at: datetime


class WorkerRegistry(Protocol):
    async def start(self, worker_id: str, host: str, capacity: int, ttl_seconds: float) -> WorkerLease:
        """Takes the next epoch."""
        ...

    async def renew(self, lease: WorkerLease, sessions: int, ttl_seconds: float) -> WorkerLease:
        """Raises ConcurrencyError where a later epoch was taken: this process must stop."""
        ...

    async def all(self) -> Sequence[WorkerLease]: ...


class Cursors(Protocol):
    """How far a reader of the log has come, by the reader's name; 0 for one not heard of. Never moves back."""

    async def get(self, name: str) -> int: ...
    async def put(self, name: str, position: int) -> None: ...


# --- workspaces ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WorkspaceQuota:
    """What a session may have written into its copy at one time; the repository's own files do not count."""

    bytes: int
    files: int
    """Inodes: folders and links count as well."""


@dataclass(frozen=True, kw_only=True)
class PreparedWorkspace:
    """A session's copy of the repository on this host.

    `kind` is `overlay` (jail mounts `lower` under `upper` with `work`) or `clone` (jail binds `upper` itself).
    """

    session_id: UUID
    kind: str
    base_commit: str
    tree: str
    upper: Path
    work: Path | None = None
    lower: Path | None = None
    read_only: tuple[Path, ...] = ()
    """Further host folders that the jail sees read-only at the same path (the mirror's objects)."""
    notes: tuple[str, ...] = ()
    """What the copy lacks though the commit names it, for the user: submodules, Git LFS content."""
    quota: WorkspaceQuota | None = None
    quota_kept_by: str = ""
    """`mount`: the file system that the copy lies on is of that size; `watcher`; or nobody."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceUse:
    """What a session has written, and how much more its quota and its host let it write."""

    quota: WorkspaceQuota
    kept_by: str
    """As `PreparedWorkspace.quota_kept_by`. A mount refuses what is too much; for a watcher it is only counted."""
    bytes: int
    files: int
    bytes_left: int
    files_left: int
    host_bytes_left: int
    """On the disk that all sessions of this host share, counting what is on its way to it."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceTree:
    """The files as a git tree, and how they differ from `since`."""

    tree: str
    changed: tuple[ChangedFile, ...] = ()
    skipped: tuple[SkippedPath, ...] = ()
    """Paths left out."""
    skipped_total: int = 0
    """How many there are in all; the list holds the first."""


class StepKind(StrEnum):
    REMOVED = "removed"
    FILE = "file"
    EXECUTABLE = "executable"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One step from a tree to another. `path` is relative to the workspace; a link's content is its target."""

    path: bytes
    kind: StepKind
    content: bytes = b""


class Workspaces(Protocol):
    """Copies of repositories on this worker's host. Never runs or follows anything that a jail wrote."""

    async def find(self, source: str, branch: str | None = None) -> RepositoryFound:
        """With its own default branch, or with `branch`.

        Raises InvalidInputError: does not exist, is no repository, is empty, has a bad default branch, lacks `branch`.
        """
        ...

    async def mirror(self, project_id: UUID, source: str) -> None:
        """Brings the project's mirror up to date, making it where there is none."""
        ...

    async def prepare(
        self,
        session_id: UUID,
        project_id: UUID,
        source: str,
        ref: str,
        quota: WorkspaceQuota | None = None,
        *,
        commit: str | None = None,
    ) -> PreparedWorkspace:
        """From where `ref` is now, or from `commit`, on the branch that `ref` names."""
        ...

    async def find_prepared(self, session_id: UUID) -> PreparedWorkspace | None:
        """The workspace of a session prepared before, also by an earlier process, ready to be used."""
        ...

    async def tree(self, session_id: UUID, since: str, *, keep_ignored: bool = False) -> WorkspaceTree:
        """The files now, as a tree in the session's store, and what differs from tree `since`.

        Without files that git ignores, unless they are to be kept.
        """
        ...

    async def use(self, session_id: UUID) -> WorkspaceUse | None:
        """How much of its quota is used. None: it has no quota, or is not on this host."""
        ...

    async def largest(self, session_id: UUID, limit: QuotaLimit) -> Sequence[LargestPath]:
        """What takes most of it: files by size, or folders by their entries; of a clone, the repository's too."""
        ...

    def steps(self, session_id: UUID, project_id: UUID, before: str, after: str) -> AsyncIterator[Sequence[FileChange]]:
        """What leads from one of the session's trees to another, removals first, in pages of some MiB.

        The session may have ended.

        Raises NotFoundError where this host does not have them.
        """
        ...

    async def keep_shell(self, session_id: UUID, by: UUID, state: bytes | None, *, known: bool = True) -> None:
        """What the shell is like from now on, after the command `by` or another deed.

        `state` None: as it was before; empty: as a fresh one. Not `known`: it cannot be kept.
        """
        ...

    async def shell(self, session_id: UUID, point: Point) -> bytes | None:
        """What the shell was like at a point; empty: as a fresh one. None where that was not kept."""
        ...

    async def put_away(self, session_id: UUID) -> None:
        """Keeps the copy, but nothing of the host in use for it: its jail has ended. `find_prepared` takes it up."""
        ...

    async def discard(self, session_id: UUID) -> None:
        """Removes the copy; the store of its trees stays."""
        ...

    async def sessions(self) -> Sequence[UUID]:
        """Sessions that have a copy on this host."""
        ...


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    key: str
    size: int
    modified: datetime


class ObjectStore(Protocol):
    """Whole objects by key: parts joined by slashes. Raises UnavailableError where it does not answer."""

    async def put(self, key: str, content: Path) -> None:
        """Whole or not at all, and there for good when this returns. What was there is replaced."""
        ...

    async def get(self, key: str, into: Path) -> None:
        """Writes it to a file, which is made or replaced. Raises NotFoundError."""
        ...

    async def list(self, prefix: str) -> Sequence[StoredObject]:
        """Those whose first parts are these, by key."""
        ...

    async def delete(self, key: str) -> None:
        """One that is not there is no error."""
        ...


@dataclass(frozen=True, kw_only=True)
class SnapshotToPack:
    version: int
    """Of the workspace's stream."""
    tree: str
    recorded_at: datetime
    title: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A file that holds what a row of snapshots needs beyond what was packed before."""

    path: Path
    sha256: str
    size: int
    commit: str
    covers: int
    """Version of the last snapshot in it."""


@dataclass(frozen=True, kw_only=True)
class ShellPack:
    """A file that says what the shell was like after a row of commands."""

    path: Path
    sha256: str
    size: int
    commands: int
    """How many it reaches to, from the session's first."""


class SnapshotPacks(Protocol):
    """The stores of sessions' trees on this host, as packs to be sent away and taken back."""

    async def sessions(self) -> Sequence[UUID]:
        """Those with a store on this host that is not finished."""
        ...

    async def pack(
        self, session_id: UUID, base_commit: str, after: str | None, snapshots: Sequence[SnapshotToPack]
    ) -> Pack:
        """Packs snapshots, the oldest first, that come after commit `after`; None: after the base.

        Asked again for the same, after a crash too, it gives the same. Raises UnavailableError where there is no room.
        """
        ...

    async def settle(self, session_id: UUID, covers: int) -> None:
        """Packs up to this version are stored: their objects need no other form here."""
        ...

    async def finish(self, session_id: UUID) -> None:
        """Nothing will be added, and everything is stored: the store here may go when room is needed."""
        ...

    async def missing(self, session_id: UUID, sha256: Sequence[str]) -> Sequence[str]:
        """Those packs that are not here."""
        ...

    def incoming(self, session_id: UUID, sha256: str) -> Path:
        """Where to put a pack that is taken back."""
        ...

    async def restore(self, home: Home, source: str, base_commit: str, sha256: Sequence[str]) -> None:
        """Takes up packs that were put where `incoming` says, over the base commit from the repository."""
        ...

    async def shells(self, session_id: UUID, after: int, may_leave: Callable[[bytes], bool]) -> ShellPack | None:
        """What the shell was like after the commands beyond the first `after`; None: there are no more.

        A state that may not leave this host counts as one that could not be kept.
        """
        ...

    async def restore_shells(self, session_id: UUID, sha256: Sequence[str]) -> None:
        """Takes up what `shells` made and was put where `incoming` says, in order, in place of what is here."""
        ...

    async def remove(self, session_id: UUID) -> None:
        """Removes all that is here of the session's trees."""
        ...


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as the gateway established it."""

    user_id: UUID
    user_name: str
    token_id: UUID
    scopes: tuple[str, ...]
    correlation_id: UUID
    roles: frozenset[str] = field(default_factory=frozenset[str])
    traceparent: str | None = None
