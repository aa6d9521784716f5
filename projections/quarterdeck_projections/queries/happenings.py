"""What happened in a project after a position of the log. Bounded: at most MOST of each kind are looked at."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from quarterdeck_projections.database import Database

MOST = 1000


class HappeningKind(StrEnum):
    """In the order of how much they want attention."""

    ALERT_RAISED = "alert_raised"
    BUDGET_EXHAUSTED = "budget_exhausted"
    SESSION_LOST = "session_lost"
    COMMAND_FAILED = "command_failed"
    TASK_CONFLICT = "task_conflict"
    TASK_BLOCKED = "task_blocked"
    NETWORK_REFUSED = "network_refused"
    TASK_FINISHED = "task_finished"
    TASK_CREATED = "task_created"
    SESSION_OPENED = "session_opened"
    SESSION_CLOSED = "session_closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class TallyRow:
    """Of a kind by one actor. Where a system's part says it, `actor_name` is whose command or session it was.

    All of a kind together are at most MOST + 1.
    """

    kind: HappeningKind
    actor_kind: str
    actor_id: str
    actor_name: str | None
    count: int
    newest: int
    """Position."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HappeningRow:
    kind: HappeningKind
    position: int
    happened_at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str | None
    subject_id: UUID
    subject: str
    """What it was about, in a line: foreign text."""


def _tally(*, kind: str, **columns: object) -> TallyRow:
    return TallyRow(kind=HappeningKind(kind), **columns)  # type: ignore[arg-type]


_NEWEST = """
    unnest(%(kinds)s::text[]) AS wanted(kind), LATERAL (
        SELECT h.* FROM read.happenings h
        WHERE h.project_id = %(project)s AND h.kind = wanted.kind AND h.position > %(after)s
        ORDER BY h.position DESC LIMIT %(most)s
    ) AS h
    LEFT JOIN read.commands c ON h.kind = 'command_failed' AND c.id = h.subject_id
    LEFT JOIN read.sessions s ON h.kind LIKE 'session%%' AND s.id = h.subject_id
    LEFT JOIN read.users u ON u.id::text = CASE
        WHEN h.actor_kind = 'user' THEN h.actor_id ELSE coalesce(c.requested_by_user, s.owner_id)::text END
"""


async def tallies(database: Database, project_id: UUID, after: int) -> list[TallyRow]:
    return await database.rows(
        _tally,
        f"""
        SELECT h.kind, h.actor_kind, h.actor_id, u.name AS actor_name, count(*) AS count, max(h.position) AS newest
        FROM {_NEWEST} GROUP BY h.kind, h.actor_kind, h.actor_id, u.name ORDER BY count DESC, h.actor_id
        """,  # noqa: S608 - nothing but literals
        _parameters(project_id, after, MOST + 1),
    )


def _happening(*, kind: str, **columns: object) -> HappeningRow:
    return HappeningRow(kind=HappeningKind(kind), **columns)  # type: ignore[arg-type]


async def newest(database: Database, project_id: UUID, after: int, of_each: int) -> list[HappeningRow]:
    """The newest first; of each kind so many."""
    return await database.rows(
        _happening,
        f"""
        SELECT h.kind, h.position, h.happened_at, h.actor_kind, h.actor_id, u.name AS actor_name, h.subject_id, left(
            CASE
                WHEN h.kind = 'session_opened' THEN coalesce(nullif(s.title, ''), trim(a.summary), '')
                WHEN h.kind LIKE 'session%%' THEN concat_ws(' ', nullif(s.title, ''), nullif(a.summary, s.title))
                WHEN h.kind = 'command_failed' THEN concat_ws(' ', c.text, '(' || a.summary || ')')
                WHEN t.id IS NOT NULL THEN concat_ws(' ', 'T-' || t.number, t.title)
                ELSE coalesce(nullif(r.summary, ''), a.summary, '')
            END, 200) AS subject
        FROM {_NEWEST}
        LEFT JOIN read.audit_trail a ON a.position = h.position
        LEFT JOIN read.tasks t ON t.id = h.subject_id
        LEFT JOIN read.alerts r ON r.id = h.subject_id
        ORDER BY h.position DESC
        """,  # noqa: S608 - nothing but literals
        _parameters(project_id, after, of_each),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    position: int


async def position_at(database: Database, project_id: UUID, moment: datetime) -> int:
    """The last of what happened by then; 0 for nothing."""
    found = await database.rows(
        _Before,
        """
        SELECT h.position FROM read.happenings h
        WHERE h.project_id = %(project)s AND h.happened_at <= %(moment)s ORDER BY h.happened_at DESC, h.position DESC
        LIMIT 1
        """,
        {"project": project_id, "moment": moment},
    )
    return found[0].position if found else 0


def _parameters(project_id: UUID, after: int, most: int) -> dict[str, object]:
    return {"project": project_id, "after": after, "kinds": [kind.value for kind in HappeningKind], "most": most}
