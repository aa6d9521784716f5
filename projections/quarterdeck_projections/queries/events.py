"""The log itself, as it is shown: with digests, and the payload as stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    position: int
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    correlation_id: UUID
    causation_id: str | None
    project_id: UUID | None
    session_id: UUID | None
    payload: bytes | None
    """JSON; None where it was erased."""
    payload_digest: bytes
    digest: bytes


async def list_visible(
    database: Database,
    visible_to: UUID | None,
    window: Window,
    *,
    project_id: UUID | None = None,
    session_id: UUID | None = None,
) -> Page[EventRow]:
    """In the log's order. A user sees the events of their projects; None sees all, those of no project too."""
    keys = keyset(window, newest_first=False)
    narrowed = ""
    if project_id is not None:
        narrowed += " AND e.project_id = %(project)s"
    if session_id is not None:
        narrowed += " AND e.session_id = %(session)s"
    if visible_to is not None:
        narrowed += " AND e.project_id IN (SELECT m.project_id FROM read.members m WHERE m.user_id = %(user)s)"
    found = await database.rows(
        EventRow,
        f"""
        SELECT e.position, e.stream_id, e.version, e.topic, e.schema_version, e.recorded_at, e.actor_kind, e.actor_id,
               e.correlation_id, e.causation_id, e.project_id, e.session_id, e.payload, e.payload_digest, e.digest
        FROM log.events e
        WHERE e.position > %(low)s AND e.position < %(high)s {narrowed}
        ORDER BY e.position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"project": project_id, "session": session_id, "user": visible_to, **keys.parameters},
    )
    return page(found, window)
