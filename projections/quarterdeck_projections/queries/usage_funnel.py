"""Funnels: how far the tasks of a time have come, and how long they took from step to step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.usage_question import KEPT, UNITS, Bucket
from quarterdeck_projections.usage.measures import Measure
from quarterdeck_projections.usage.steps import Step


@dataclass(frozen=True, kw_only=True)
class FunnelQuestion:
    project_id: UUID
    since: datetime
    until: datetime
    """Of tasks' creation."""
    steps: tuple[Step, ...]
    """Each once, in the order of a task's way."""
    bucket: Bucket | None = None
    """A cohort for the tasks that were created in each; None: one for all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FunnelStep:
    at: datetime
    """Where the time of its cohort begins."""
    step: Step
    tasks: int
    """That came to it, or to a later one of the steps that are asked for."""
    skipped: int
    """Of those, that came to a later one without it."""
    timed: int
    """That came to it after the step before it: how long they took is what the next two are of."""
    median_ms: int | None
    ninth_ms: int | None
    """Of ten, nine took at most so long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    at: datetime
    tasks: int
    """That were dropped, however far they had come."""


# a task's way is the first time of each step; what is farther along counts for what lies before it
_WAYS: LiteralString = """
    WITH reached AS (
        SELECT {at} AS cohort, task_id, array_position(%(steps)s, detail) AS place, min(value) AS after
        FROM read.usage_facts
        WHERE project_id = %(project)s AND measure = %(measure)s AND at >= %(since)s AND at < %(until)s
            AND detail = ANY(%(steps)s) AND task_id IS NOT NULL AND {kept}
        GROUP BY 1, 2, 3
    ), farthest AS (
        SELECT cohort, task_id, max(place) AS place FROM reached GROUP BY 1, 2
    ), came AS (
        SELECT cohort, step.place, count(*) AS tasks
        FROM farthest JOIN generate_series(1, cardinality(%(steps)s)) AS step(place) ON step.place <= farthest.place
        GROUP BY 1, 2
    ), own AS (
        SELECT cohort, place, count(*) AS tasks FROM reached GROUP BY 1, 2
    ), took AS (
        SELECT later.cohort, later.place, count(*) AS timed,
            percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY later.after - earlier.after) AS values
        FROM reached AS later JOIN reached AS earlier
            ON earlier.task_id = later.task_id AND earlier.place = later.place - 1 AND earlier.after <= later.after
        GROUP BY 1, 2
    )
    SELECT cohort AS at, (%(steps)s)[place] AS step, came.tasks, came.tasks - coalesce(own.tasks, 0) AS skipped,
        coalesce(timed, 0) AS timed, values[1] AS median_ms, values[2] AS ninth_ms
    FROM came LEFT JOIN own USING (cohort, place) LEFT JOIN took USING (cohort, place)
    ORDER BY cohort, place LIMIT %(limit)s
"""
_DROPPED: LiteralString = """
    SELECT {at} AS at, count(DISTINCT task_id) AS tasks FROM read.usage_facts
    WHERE project_id = %(project)s AND measure = %(measure)s AND at >= %(since)s AND at < %(until)s
        AND detail = %(dropped)s AND {kept}
    GROUP BY 1 ORDER BY 1 LIMIT %(limit)s
"""


async def funnel(
    database: Database, asked: FunnelQuestion, limit: int
) -> tuple[Sequence[FunnelStep], Sequence[Dropped]]:
    """At most `limit` of each, in order. Steps that nothing came to, and cohorts without tasks, are left out."""

    def step(*, step: str, **columns: Any) -> FunnelStep:
        return FunnelStep(step=Step(step), **columns)

    at: LiteralString = "%(since)s::timestamptz"
    if asked.bucket:
        at = f"date_trunc('{UNITS[asked.bucket]}', at, 'UTC')"
    parameters = {
        "project": asked.project_id,
        "measure": Measure.TASK_STEP.value,
        "since": asked.since,
        "until": asked.until,
        "steps": [each.value for each in asked.steps],
        "dropped": Step.DROPPED.value,
        "limit": limit,
    }
    ways = await database.rows(step, _WAYS.replace("{at}", at).replace("{kept}", KEPT), parameters)
    return ways, await database.rows(Dropped, _DROPPED.replace("{at}", at).replace("{kept}", KEPT), parameters)
