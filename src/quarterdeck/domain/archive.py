"""Archive: what of a session's snapshots is in the object store. Its stream id is derived from the session's.

It has a stream of its own because it is written beside the session's work, and must not come in between.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, assert_never
from uuid import UUID, uuid5


def archive_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "archive")


@dataclass(frozen=True, kw_only=True)
class SnapshotsStored:
    """A pack with everything that the snapshots since the one before it need beyond that and the base commit."""

    TOPIC: ClassVar[str] = "SnapshotsStored"
    SCHEMA_VERSION: ClassVar[int] = 1
    key: str
    """In the object store."""
    sha256: str
    bytes: int
    commit: str
    """Of the newest snapshot: the end of a history that begins at the base commit."""
    covers: int
    """Version of the workspace's stream that it reaches to."""


@dataclass(frozen=True, kw_only=True)
class ShellsStored:
    """What the shell was like after each command since the ones before: its directory and exports."""

    TOPIC: ClassVar[str] = "ShellsStored"
    SCHEMA_VERSION: ClassVar[int] = 1
    key: str
    sha256: str
    bytes: int
    commands: int
    """How many it reaches to."""


@dataclass(frozen=True, kw_only=True)
class ArchiveTakenOver:
    """A worker has made the session anew from all that is stored, and alone adds to it from now on."""

    TOPIC: ClassVar[str] = "ArchiveTakenOver"
    SCHEMA_VERSION: ClassVar[int] = 1
    worker_id: str


@dataclass(frozen=True, kw_only=True)
class WorkSetAside:
    """A worker came back with files of a session that was made anew elsewhere meanwhile. They are kept as a tree."""

    TOPIC: ClassVar[str] = "WorkSetAside"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    worker_id: str
    tree: str
    files_changed: int
    """Between the snapshot that the session was made anew from and this tree."""
    key: str
    sha256: str
    bytes: int
    detail: str


@dataclass(frozen=True, kw_only=True)
class SnapshotsCollected:
    """All that was stored is removed: the trees that the log names are not kept any more."""

    TOPIC: ClassVar[str] = "SnapshotsCollected"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    bytes: int


ArchiveEvent = SnapshotsStored | ShellsStored | ArchiveTakenOver | WorkSetAside | SnapshotsCollected
StoredPack = SnapshotsStored | WorkSetAside


@dataclass(frozen=True, kw_only=True)
class Archive:
    packs: tuple[SnapshotsStored, ...] = ()
    shells: tuple[ShellsStored, ...] = ()
    set_aside: tuple[WorkSetAside, ...] = ()
    keeper: str = ""
    """The only worker that may add to what is stored; empty: the session has had no other than its first."""
    collected: bool = False

    @property
    def covers(self) -> int:
        return self.packs[-1].covers if self.packs else 0

    @property
    def commit(self) -> str | None:
        return self.packs[-1].commit if self.packs else None

    @property
    def commands(self) -> int:
        """Whose shells are stored."""
        return self.shells[-1].commands if self.shells else 0

    @property
    def trees(self) -> tuple[StoredPack, ...]:
        return (*self.packs, *self.set_aside)

    @property
    def objects(self) -> tuple[SnapshotsStored | ShellsStored | WorkSetAside, ...]:
        return (*self.packs, *self.shells, *self.set_aside)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.objects)

    def is_open_to(self, worker_id: str) -> bool:
        return not self.collected and self.keeper in {"", worker_id}


def evolve(state: Archive, event: ArchiveEvent) -> Archive:
    match event:
        case SnapshotsStored():
            return replace(state, packs=(*state.packs, event))
        case ShellsStored():
            return replace(state, shells=(*state.shells, event))
        case ArchiveTakenOver():
            return replace(state, keeper=event.worker_id)
        case WorkSetAside():
            return replace(state, set_aside=(*state.set_aside, event))
        case SnapshotsCollected():
            return replace(state, packs=(), shells=(), set_aside=(), collected=True)
        case _:
            assert_never(event)


def store(state: Archive, stored: SnapshotsStored) -> tuple[ArchiveEvent, ...]:
    """Nothing where it reaches no further than what is stored."""
    return () if state.collected or stored.covers <= state.covers else (stored,)


def store_shells(state: Archive, stored: ShellsStored) -> tuple[ArchiveEvent, ...]:
    return () if state.collected or stored.commands <= state.commands else (stored,)


def take_over(worker_id: str) -> tuple[ArchiveEvent, ...]:
    return (ArchiveTakenOver(worker_id=worker_id),)


def set_aside(state: Archive, kept: WorkSetAside) -> tuple[ArchiveEvent, ...]:
    """Nothing where it was before."""
    known = any(each.key == kept.key for each in state.set_aside)
    return () if state.collected or known else (kept,)


def collect(state: Archive, reason: str) -> tuple[ArchiveEvent, ...]:
    return () if state.collected else (SnapshotsCollected(reason=reason, bytes=state.bytes),)
