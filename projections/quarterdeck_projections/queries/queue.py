"""Who waits, at which place, and for what."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from quarterdeck.domain.project import ProjectSettings
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.projects import settings_of
from quarterdeck_projections.states import SessionState


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuePlace:
    position: int
    """1 is the next."""
    reason: str
    """What it waits for, as the rest of a sentence."""


SESSIONS = """
    WITH waiting AS (
        SELECT s.id, s.project_id, s.owner_id,
               row_number() OVER (ORDER BY s.position) AS place,
               row_number() OVER (PARTITION BY s.project_id ORDER BY s.position) AS project_place,
               row_number() OVER (PARTITION BY s.project_id, s.owner_id ORDER BY s.position) AS owner_place
        FROM read.sessions s WHERE s.state = 'queued'
    ), placed AS (
        SELECT p.project_id, p.owner_id, p.worker_id
        FROM read.sessions p WHERE p.state IN ('opening', 'ready', 'paused', 'closing')
    )
    SELECT w.id, w.place, w.project_place, w.owner_place, p.settings,
           (SELECT count(*) FROM placed o WHERE o.project_id = w.project_id) AS of_project,
           (SELECT count(*) FROM placed o WHERE (o.project_id, o.owner_id) = (w.project_id, w.owner_id)) AS of_owner,
           (SELECT count(*) FROM placed) AS of_all,
           (SELECT COALESCE(sum(l.capacity), 0) FROM log.workers l WHERE l.expires_at > clock_timestamp()) AS capacity
    FROM waiting w JOIN read.projects p ON p.id = w.project_id WHERE w.id = ANY(%(ids)s)
"""

COMMANDS = """
    WITH waiting AS (
        SELECT c.id, c.session_id, c.project_id,
               row_number() OVER (PARTITION BY c.session_id ORDER BY c.position) AS place
        FROM read.commands c
        WHERE c.state = 'queued' AND c.session_id IN (SELECT session_id FROM read.commands WHERE id = ANY(%(ids)s))
    )
    SELECT w.id, w.place, s.state, p.settings,
           (SELECT count(*) FROM read.commands r WHERE r.session_id = w.session_id AND r.state = 'running') AS running
    FROM waiting w
    JOIN read.sessions s ON s.id = w.session_id JOIN read.projects p ON p.id = s.project_id
    WHERE w.id = ANY(%(ids)s)
"""


async def of_sessions(database: Database, ids: Collection[UUID]) -> dict[UUID, QueuePlace]:
    """Those of `ids` that wait for a place."""
    return dict(await database.rows(_session, SESSIONS, {"ids": list(ids)}))


async def of_commands(database: Database, ids: Collection[UUID]) -> dict[UUID, QueuePlace]:
    """Those of `ids` that have not started."""
    return dict(await database.rows(_command, COMMANDS, {"ids": list(ids)}))


def _session(
    *,
    id: UUID,  # noqa: A002 - the column's name
    place: int,
    project_place: int,
    owner_place: int,
    settings: dict[str, Any],
    **counts: int,
) -> tuple[UUID, QueuePlace]:
    home = settings_of(settings)
    if counts["of_project"] >= home.max_sessions:
        reason = f"the project has {counts['of_project']} of {home.max_sessions} sessions open"
        return id, QueuePlace(position=project_place, reason=reason)
    if home.max_sessions_per_user and counts["of_owner"] >= home.max_sessions_per_user:
        reason = f"its owner has {counts['of_owner']} of {home.max_sessions_per_user} sessions open in this project"
        return id, QueuePlace(position=owner_place, reason=reason)
    return id, QueuePlace(position=place, reason=_of_workers(counts["of_all"], int(counts["capacity"])))


def _of_workers(taken: int, capacity: int) -> str:
    if capacity == 0:
        return "no worker is running"
    return f"the workers have {taken} of {capacity} sessions" if taken >= capacity else "it is let in next"


def _command(
    *,
    id: UUID,  # noqa: A002 - the column's name
    place: int,
    state: str,
    settings: dict[str, Any],
    running: int,
) -> tuple[UUID, QueuePlace]:
    return id, QueuePlace(position=place, reason=_of_session(SessionState(state), settings_of(settings), running))


def _of_session(state: SessionState, home: ProjectSettings, running: int) -> str:
    if state is SessionState.PAUSED:
        return "the session is paused"
    if state in {SessionState.QUEUED, SessionState.OPENING}:
        return "the session is not ready yet"
    if running >= home.max_commands_per_session:
        return f"{running} of {home.max_commands_per_session} commands run in this session"
    return "it is started next"
