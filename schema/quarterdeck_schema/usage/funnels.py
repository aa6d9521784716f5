"""Funnels of tasks, as the API shows them."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from quarterdeck_projections.queries import usage_funnel as read
from quarterdeck_projections.queries.usage_funnel import Dropped, FunnelQuestion
from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_projections.usage.steps import Step
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.types import KEPT, kept_after

strawberry.enum(
    Step, name="TaskStep", description="A step of a task's way: docs/guide/usage.md. DROPPED is its other end."
)


@strawberry.type(
    description=(
        "`tasks` came to it, or to a later one; `skipped` of them without it. `ofFirst` and `ofPrevious` are shares, "
        "from 0 to 1. `timed` came to it after the step before, as fast as `medianMs` says, and nine of ten `ninthMs`."
    )
)
class TaskFunnelStep:
    step: Step
    tasks: Long
    skipped: Long
    of_first: float | None
    of_previous: float | None
    timed: Long
    median_ms: Long | None
    ninth_ms: Long | None


@strawberry.type(description="The tasks that were created from `at` on. `dropped` of them were, however far they came.")
class TaskCohort:
    at: datetime
    dropped: Long
    steps: list[TaskFunnelStep]


@strawberry.type(description="Cohorts in the order of time; there is none where no task was created.")
class TaskFunnel:
    from_: datetime = strawberry.field(name="from")
    to: datetime
    kept_from: datetime | None = strawberry.field(description=KEPT)
    cohorts: list[TaskCohort]


def shown_funnel(
    asked: FunnelQuestion, reached: Sequence[read.FunnelStep], dropped: Sequence[Dropped], kept: Kept
) -> TaskFunnel:
    edge = kept_after(asked.since, kept.facts)
    return TaskFunnel(from_=asked.since, to=asked.until, kept_from=edge, cohorts=cohorts_of(asked, reached, dropped))


def cohorts_of(
    asked: FunnelQuestion, reached: Sequence[read.FunnelStep], dropped: Sequence[Dropped]
) -> list[TaskCohort]:
    gone = {each.at: each.tasks for each in dropped}
    cohorts: dict[datetime, list[read.FunnelStep]] = {}
    for each in reached:
        cohorts.setdefault(each.at, []).append(each)
    return [TaskCohort(at=at, dropped=Long(gone.get(at, 0)), steps=_steps(asked, own)) for at, own in cohorts.items()]


def _steps(asked: FunnelQuestion, reached: Sequence[read.FunnelStep]) -> list[TaskFunnelStep]:
    """All of them: also those that nothing came to."""
    known = {each.step: each for each in reached}
    counts = [known[step].tasks if step in known else 0 for step in asked.steps]
    return [_step(step, known.get(step), counts, place) for place, step in enumerate(asked.steps)]


def _step(step: Step, found: read.FunnelStep | None, counts: Sequence[int], place: int) -> TaskFunnelStep:
    before = counts[place - 1] if place else 0
    return TaskFunnelStep(
        step=step,
        tasks=Long(counts[place]),
        skipped=Long(found.skipped if found else 0),
        of_first=counts[place] / counts[0] if counts[0] else None,
        of_previous=counts[place] / before if before else None,
        timed=Long(found.timed if found else 0),
        median_ms=Long(found.median_ms) if found and found.median_ms is not None else None,
        ninth_ms=Long(found.ninth_ms) if found and found.ninth_ms is not None else None,
    )
