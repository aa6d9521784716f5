"""Worker: what is recorded about a host that keeps sessions, beside what happens in those."""

from dataclasses import dataclass
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

WORKERS = UUID("6f8f3a52-5f0e-5b7a-9d36-6b1f7d0f4c11")
"""Name space of the workers' stream ids."""


def worker_stream(worker_id: str) -> UUID:
    return uuid5(WORKERS, worker_id)


@dataclass(frozen=True, kw_only=True)
class WorkerStarted:
    """Its process has begun: sessions that wait for room may have it."""

    TOPIC: ClassVar[str] = "WorkerStarted"
    SCHEMA_VERSION: ClassVar[int] = 1
    worker_id: str
    host: str
    capacity: int
    boot_id: str
    """Of the host's kernel: another one than at the last start means that nothing of before runs any more."""


@dataclass(frozen=True, kw_only=True)
class OrphanRemoved:
    """The worker found something on its host that no live session needs, and removed it."""

    TOPIC: ClassVar[str] = "OrphanRemoved"
    SCHEMA_VERSION: ClassVar[int] = 1
    worker_id: str
    kind: str
    """`jail` (processes, control groups, its folder) or `workspace` (files and mounts)."""
    session_id: UUID
    """Whose it was."""
    detail: str
    """Why nothing needs it."""


WorkerEvent = WorkerStarted | OrphanRemoved


@dataclass(frozen=True, kw_only=True)
class NoWorker:
    pass


@dataclass(frozen=True, kw_only=True)
class KnownWorker:
    boot_id: str


WorkerState = NoWorker | KnownWorker


def evolve(state: WorkerState, event: WorkerEvent) -> WorkerState:
    match event:
        case WorkerStarted():
            return KnownWorker(boot_id=event.boot_id)
        case OrphanRemoved():
            return state
        case _:
            assert_never(event)
