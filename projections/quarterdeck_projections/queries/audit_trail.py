"""The audit trail: a line for each event."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    position: int
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str | None
    """A user's name."""
    topic: str
    project_id: UUID | None
    session_id: UUID | None
    subject_id: UUID
    summary: str


SELECT = """
    SELECT a.position, a.recorded_at, a.actor_kind, a.actor_id, u.name AS actor_name, a.topic, a.project_id,
           a.session_id, a.subject_id, a.summary
    FROM read.audit_trail a LEFT JOIN read.users u ON a.actor_kind = 'user' AND u.id::text = a.actor_id
"""


async def list_visible(
    database: Database,
    visible_to: UUID | None,
    window: Window,
    *,
    project_id: UUID | None = None,
    session_id: UUID | None = None,
) -> Page[AuditRow]:
    """Newest first. A user sees the events of their projects; None sees all, those of no project too."""
    keys = keyset(window, newest_first=True)
    narrowed = ""
    if project_id is not None:
        narrowed += " AND a.project_id = %(project)s"
    if session_id is not None:
        narrowed += " AND a.session_id = %(session)s"
    if visible_to is not None:
        narrowed += " AND a.project_id IN (SELECT m.project_id FROM read.members m WHERE m.user_id = %(user)s)"
    found = await database.rows(
        AuditRow,
        f"""
        {SELECT}
        WHERE a.position > %(low)s AND a.position < %(high)s {narrowed}
        ORDER BY a.position {keys.order} LIMIT %(fetch)s
        """,
        {"project": project_id, "session": session_id, "user": visible_to, **keys.parameters},
    )
    return page(found, window)
