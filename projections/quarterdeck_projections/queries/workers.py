"""Workers, by the leases they hold in the log's schema."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quarterdeck_projections.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerRow:
    worker_id: str
    host: str
    capacity: int
    sessions: int
    expires_at: datetime
    alive: bool
    disk_bytes: int | None = None
    disk_free: int | None = None
    """As the worker said when it renewed its lease."""


async def list_all(database: Database) -> Sequence[WorkerRow]:
    query = """
        SELECT worker_id, host, capacity, sessions, expires_at, expires_at > clock_timestamp() AS alive, disk_bytes,
            disk_free
        FROM log.workers ORDER BY worker_id
    """
    return await database.rows(WorkerRow, query)
