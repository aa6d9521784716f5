"""Sessions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.session_events import Limit
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.states import SessionState


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRow:
    id: UUID
    position: int
    """Of its SessionOpened: the key of pages."""
    project_id: UUID
    owner_id: UUID
    owner_name: str
    title: str
    ref: str
    state: SessionState
    reason: str | None
    """Why it failed, was lost, closed or paused."""
    next_step: str | None
    worker_id: str | None
    jail_driver: str | None
    workspace_kind: str | None
    base_commit: str | None
    limits: tuple[Limit, ...]
    forked_from: UUID | None
    forked_at: UUID | None
    forked_before: bool
    notes: tuple[str, ...]
    """What its copy of the repository lacks, a sentence each."""
    persona: SessionPersona | None
    task_id: UUID | None
    opened_at: datetime
    ready_at: datetime | None
    ended_at: datetime | None


SELECT = """
    SELECT s.id, s.position, s.project_id, s.owner_id, COALESCE(u.name, s.owner_id::text) AS owner_name,
           s.title, s.ref, s.state, s.reason, s.next_step, s.worker_id, s.jail_driver, s.workspace_kind,
           s.base_commit, s.limits, s.forked_from, s.forked_at, s.forked_before, s.notes, s.persona, s.task_id,
           s.opened_at, s.ready_at, s.ended_at
    FROM read.sessions s LEFT JOIN read.users u ON u.id = s.owner_id
"""


def _session(
    *,
    state: str,
    limits: list[dict[str, str]],
    notes: list[str],
    persona: dict[str, Any] | None,
    **columns: Any,
) -> SessionRow:
    return SessionRow(
        state=SessionState(state),
        limits=tuple(Limit(**limit) for limit in limits),
        notes=tuple(notes),
        persona=msgspec.convert(persona, SessionPersona) if persona else None,
        **columns,
    )


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, SessionRow]:
    """Those of `ids` that exist."""
    found = await database.rows(_session, f"{SELECT} WHERE s.id = ANY(%(ids)s)", {"ids": list(ids)})
    return {row.id: row for row in found}


async def get(database: Database, session_id: UUID) -> SessionRow | None:
    return (await load(database, [session_id])).get(session_id)


async def list_visible(
    database: Database,
    visible_to: UUID | None,
    window: Window,
    *,
    project_id: UUID | None = None,
    states: Sequence[SessionState] = (),
    task_id: UUID | None = None,
) -> Page[SessionRow]:
    """Newest first; of one project, of one task, in some states, where given."""
    keys = keyset(window, newest_first=True)
    # a condition that is not asked for is left out: written as `$1 IS NULL OR ...` it would hide the indexes
    narrowed = ""
    if project_id is not None:
        narrowed += " AND s.project_id = %(project)s"
    if task_id is not None:
        narrowed += " AND s.task_id = %(task)s"
    if states:
        narrowed += " AND s.state = ANY(%(states)s)"
    if visible_to is not None:
        narrowed += " AND s.project_id IN (SELECT m.project_id FROM read.members m WHERE m.user_id = %(user)s)"
    found = await database.rows(
        _session,
        f"""
        {SELECT}
        WHERE s.position > %(low)s AND s.position < %(high)s {narrowed}
        ORDER BY s.position {keys.order} LIMIT %(fetch)s
        """,
        {
            "user": visible_to,
            "project": project_id,
            "task": task_id,
            "states": [state.value for state in states],
            **keys.parameters,
        },
    )
    return page(found, window)


async def count_waiting(database: Database, project_id: UUID) -> int:
    """How many of the project's sessions have no place yet: what the use case compares with its cap."""
    found = await database.rows(
        _number,
        "SELECT count(*) AS count FROM read.sessions WHERE project_id = %(project)s AND state = %(queued)s",
        {"project": project_id, "queued": SessionState.QUEUED.value},
    )
    return found[0]


def _number(*, count: int) -> int:
    return count
