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
class SnapshotsCollected:
    """All that was stored is removed: the trees that the log names are not kept any more."""

    TOPIC: ClassVar[str] = "SnapshotsCollected"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    bytes: int


ArchiveEvent = SnapshotsStored | SnapshotsCollected


@dataclass(frozen=True, kw_only=True)
class Archive:
    packs: tuple[SnapshotsStored, ...] = ()
    collected: bool = False

    @property
    def covers(self) -> int:
        return self.packs[-1].covers if self.packs else 0

    @property
    def commit(self) -> str | None:
        return self.packs[-1].commit if self.packs else None

    @property
    def bytes(self) -> int:
        return sum(pack.bytes for pack in self.packs)


def evolve(state: Archive, event: ArchiveEvent) -> Archive:
    match event:
        case SnapshotsStored():
            return replace(state, packs=(*state.packs, event))
        case SnapshotsCollected():
            return replace(state, packs=(), collected=True)
        case _:
            assert_never(event)


def store(state: Archive, stored: SnapshotsStored) -> tuple[ArchiveEvent, ...]:
    """Nothing where it reaches no further than what is stored."""
    return () if state.collected or stored.covers <= state.covers else (stored,)


def collect(state: Archive, reason: str) -> tuple[ArchiveEvent, ...]:
    return () if state.collected else (SnapshotsCollected(reason=reason, bytes=state.bytes),)
