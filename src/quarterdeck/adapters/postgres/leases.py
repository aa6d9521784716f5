"""Worker leases in PostgreSQL; the database's clock decides."""

from collections.abc import Sequence
from typing import Any, LiteralString

from quarterdeck.adapters.postgres.pool import Connection, Pool
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.workers import DiskRoom, WorkerLease

_START: LiteralString = """
    INSERT INTO log.workers AS w (worker_id, epoch, host, capacity, sessions, expires_at)
    VALUES (%(worker)s, 1, %(host)s, %(capacity)s, 0, now() + make_interval(secs => %(ttl)s))
    ON CONFLICT (worker_id) DO UPDATE
    SET epoch = w.epoch + 1, host = excluded.host, capacity = excluded.capacity, sessions = 0,
        expires_at = excluded.expires_at
    RETURNING worker_id, epoch, host, capacity, sessions, expires_at, disk_bytes, disk_free"""
_RENEW: LiteralString = """
    UPDATE log.workers SET sessions = %(sessions)s, expires_at = now() + make_interval(secs => %(ttl)s),
        disk_bytes = %(size)s, disk_free = %(free)s
    WHERE worker_id = %(worker)s AND epoch = %(epoch)s
    RETURNING worker_id, epoch, host, capacity, sessions, expires_at, disk_bytes, disk_free"""
_ALL: LiteralString = """
    SELECT worker_id, epoch, host, capacity, sessions, expires_at, disk_bytes, disk_free
    FROM log.workers ORDER BY worker_id"""


class PostgresWorkerRegistry:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def start(self, worker_id: str, host: str, capacity: int, ttl_seconds: float) -> WorkerLease:
        values = {"worker": worker_id, "host": host, "capacity": capacity, "ttl": ttl_seconds}
        return (await self._leases(_START, values))[0]

    async def renew(
        self, lease: WorkerLease, sessions: int, ttl_seconds: float, disk: DiskRoom | None = None
    ) -> WorkerLease:
        values = {
            "worker": lease.worker_id,
            "epoch": lease.epoch,
            "sessions": sessions,
            "ttl": ttl_seconds,
            "size": disk.size if disk else None,
            "free": disk.free if disk else None,
        }
        renewed = await self._leases(_RENEW, values)
        if not renewed:
            raise ConcurrencyError(
                f"Worker {lease.worker_id} was started again elsewhere; this one is epoch {lease.epoch}.",
                "Stop this process, or give it another worker id.",
            )
        return renewed[0]

    async def all(self) -> Sequence[WorkerLease]:
        return await self._leases(_ALL, {})

    async def _leases(self, query: LiteralString, values: dict[str, Any]) -> list[WorkerLease]:
        async def fetch(connection: Connection) -> list[WorkerLease]:
            return [_lease(row) for row in await (await connection.execute(query, values)).fetchall()]

        return await self._pool.run(fetch)


def _lease(row: tuple[Any, ...]) -> WorkerLease:
    worker_id, epoch, host, capacity, sessions, expires_at, size, free = row
    return WorkerLease(
        worker_id=worker_id,
        epoch=epoch,
        host=host,
        capacity=capacity,
        sessions=sessions,
        expires_at=expires_at,
        disk=None if size is None else DiskRoom(size=size, free=free),
    )
