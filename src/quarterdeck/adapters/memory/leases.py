"""Worker leases in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.workers import DiskRoom, WorkerLease


class MemoryWorkerRegistry:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._leases: dict[str, WorkerLease] = {}

    async def start(self, worker_id: str, host: str, capacity: int, ttl_seconds: float) -> WorkerLease:
        before = self._leases.get(worker_id)
        lease = WorkerLease(
            worker_id=worker_id,
            epoch=before.epoch + 1 if before else 1,
            host=host,
            capacity=capacity,
            sessions=0,
            expires_at=self._clock.now() + timedelta(seconds=ttl_seconds),
        )
        self._leases[worker_id] = lease
        return lease

    async def renew(
        self, lease: WorkerLease, sessions: int, ttl_seconds: float, disk: DiskRoom | None = None
    ) -> WorkerLease:
        current = self._leases.get(lease.worker_id)
        if current is None or current.epoch != lease.epoch:
            raise ConcurrencyError(f"Worker {lease.worker_id} was started again elsewhere.", "Stop this process.")
        expires_at = self._clock.now() + timedelta(seconds=ttl_seconds)
        self._leases[lease.worker_id] = replace(current, sessions=sessions, expires_at=expires_at, disk=disk)
        return self._leases[lease.worker_id]

    async def all(self) -> Sequence[WorkerLease]:
        return sorted(self._leases.values(), key=lambda lease: lease.worker_id)
