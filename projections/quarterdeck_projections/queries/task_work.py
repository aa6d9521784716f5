"""What sessions did for a task, and what it took in models."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.domain.session_work import SessionWork
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.usage.measures import Measure

TOLD_LATER = timedelta(days=1)
"""So long after a session's end calls that were told without a time still count for what is shown of it."""
TOKENS = tuple(measure for measure in Measure if measure.startswith("tokens_"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskWorkRow:
    position: int
    """Of the event: the key of pages."""
    noted_at: datetime
    project_id: UUID
    work: SessionWork


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkUsage:
    calls: int
    tokens: int
    nano_dollars: int | None
    """None: of no call is known what it cost."""
    unpriced: int
    """Calls of which it is not."""


def _work(*, work: dict[str, Any], **columns: Any) -> TaskWorkRow:
    return TaskWorkRow(work=msgspec.convert(work, SessionWork), **columns)


async def list_of_task(database: Database, task_id: UUID, window: Window) -> Page[TaskWorkRow]:
    """One for each session, as its last end that is noted has it; newest first."""
    keys = keyset(window, newest_first=True)
    found = await database.rows(
        _work,
        f"""
        SELECT w.position, w.noted_at, w.work, t.project_id
        FROM read.task_work w JOIN read.tasks t ON t.id = w.task_id
        WHERE w.task_id = %(task)s AND w.position > %(low)s AND w.position < %(high)s
        ORDER BY w.position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"task": task_id, **keys.parameters},
    )
    return page(found, window)


def _usage(*, session_id: UUID, **columns: Any) -> tuple[UUID, WorkUsage]:
    return session_id, WorkUsage(**columns)


async def usage_of(database: Database, rows: Collection[TaskWorkRow]) -> dict[UUID, WorkUsage]:
    """By session; those of a project are one question. None where no call was told."""
    if not rows:
        return {}
    query = """
        SELECT f.session_id,
            count(*) FILTER (WHERE measure = %(calls)s) AS calls,
            coalesce(sum(value) FILTER (WHERE measure = ANY(%(tokens)s)), 0)::bigint AS tokens,
            (sum(value) FILTER (WHERE measure = %(cost)s))::bigint AS nano_dollars,
            count(*) FILTER (WHERE measure = %(cost)s AND value IS NULL) AS unpriced
        FROM read.usage_facts f
        WHERE f.project_id = ANY(%(projects)s) AND f.measure = ANY(%(measures)s) AND f.at >= %(since)s
            AND f.at < %(until)s AND f.session_id = ANY(%(sessions)s)
        GROUP BY f.session_id
    """
    parameters = {
        "calls": Measure.MODEL_CALLS.value,
        "cost": Measure.COST.value,
        "tokens": [each.value for each in TOKENS],
        "measures": [each.value for each in (Measure.MODEL_CALLS, Measure.COST, *TOKENS)],
        "projects": list({row.project_id for row in rows}),
        "sessions": [row.work.session_id for row in rows],
        "since": min(row.work.began_at for row in rows),
        "until": max(row.work.ended_at for row in rows) + TOLD_LATER,
    }
    return dict(await database.rows(_usage, query, parameters))
