"""What workers found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.states import FindingKind


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRow:
    position: int
    """Of its event: the key of pages."""
    found_at: datetime
    worker_id: str | None
    """None: the conductor found that the worker is gone."""
    kind: FindingKind
    session_id: UUID
    detail: str


def _finding(*, kind: str, **columns: Any) -> FindingRow:
    return FindingRow(kind=FindingKind(kind), **columns)


async def list_visible(
    database: Database, visible_to: UUID | None, window: Window, *, worker_id: str | None = None
) -> Page[FindingRow]:
    """Newest first; of one worker, where given. `visible_to`: of sessions of this user's projects; None: all."""
    keys = keyset(window, newest_first=True)
    narrowed = ""
    if worker_id is not None:
        narrowed += " AND f.worker_id = %(worker)s"
    if visible_to is not None:
        narrowed += """ AND f.session_id IN (
            SELECT s.id FROM read.sessions s JOIN read.members m ON m.project_id = s.project_id
            WHERE m.user_id = %(user)s
        )"""
    found = await database.rows(
        _finding,
        f"""
        SELECT f.position, f.found_at, f.worker_id, f.kind, f.session_id, f.detail FROM read.findings f
        WHERE f.position > %(low)s AND f.position < %(high)s {narrowed}
        ORDER BY f.position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"user": visible_to, "worker": worker_id, **keys.parameters},
    )
    return page(found, window)
