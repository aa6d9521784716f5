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


async def list_all(database: Database) -> Sequence[WorkerRow]:
    query = """
        SELECT worker_id, host, capacity, sessions, expires_at, expires_at > clock_timestamp() AS alive
        FROM log.workers ORDER BY worker_id
    """
    return await database.rows(WorkerRow, query)
