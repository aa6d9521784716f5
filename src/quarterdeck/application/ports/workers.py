"""Workers, and the lease by which one works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class DiskRoom:
    """Of the disk that a worker keeps its sessions on, in bytes."""

    size: int
    free: int


@dataclass(frozen=True, kw_only=True)
class WorkerLease:
    """A worker that is alive until `expires_at`. `epoch` grows with each start: the fencing token."""

    worker_id: str
    epoch: int
    host: str
    capacity: int
    sessions: int
    expires_at: datetime
    disk: DiskRoom | None = None
    """As it was last said; None: it was not."""


class WorkerRegistry(Protocol):
    async def start(self, worker_id: str, host: str, capacity: int, ttl_seconds: float) -> WorkerLease:
        """Takes the next epoch."""
        ...

    async def renew(
        self, lease: WorkerLease, sessions: int, ttl_seconds: float, disk: DiskRoom | None = None
    ) -> WorkerLease:
        """Raises ConcurrencyError where a later epoch was taken: this process must stop."""
        ...

    async def all(self) -> Sequence[WorkerLease]: ...
