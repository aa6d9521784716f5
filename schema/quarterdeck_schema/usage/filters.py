"""Which usage is asked for: checked, and in the read model's terms."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import InvalidInputError, LimitExceededError
from quarterdeck_projections.queries.usage_funnel import FunnelQuestion
from quarterdeck_projections.queries.usage_percentiles import PercentileQuestion
from quarterdeck_projections.queries.usage_question import Bucket, Selection, UsageQuestion, widened
from quarterdeck_projections.queries.usage_top import Ranking, TopQuestion
from quarterdeck_projections.usage.measures import Dimension
from quarterdeck_projections.usage.steps import WAY, Step
from quarterdeck_schema import ids
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.requires import check_text
from quarterdeck_schema.usage.types import ID_OF

MOST_VALUES = 100
MOST_GROUPS = 3
MOST_PERCENTS = 10
PERCENTS = (50.0, 90.0, 95.0, 99.0)
MOST_FIRST = 100
MOST_FACTS = 1_000_000
"""That percentiles are of."""
LONGEST: dict[Bucket, timedelta] = {
    Bucket.HOUR: timedelta(days=31),
    Bucket.DAY: timedelta(days=800),
    Bucket.WEEK: timedelta(days=3660),
    Bucket.MONTH: timedelta(days=3660),
}
LONGEST_BY_FACTS = timedelta(days=100)
"""Where sessions or tasks are told apart, which roll-ups do not."""


@strawberry.input(description="Of each dimension that is given, one of these values.")
class UsageFilters:
    users: list[strawberry.ID] | None = strawberry.UNSET
    personas: list[str] | None = strawberry.UNSET
    sessions: list[strawberry.ID] | None = strawberry.UNSET
    tasks: list[strawberry.ID] | None = strawberry.UNSET
    providers: list[str] | None = strawberry.UNSET
    models: list[str] | None = strawberry.UNSET
    details: list[str] | None = strawberry.UNSET


def question(
    project_id: UUID,
    since: datetime,
    until: datetime,
    bucket: Bucket,
    measures: list[Measure],
    group_by: list[Dimension],
    filters: UsageFilters | None,
) -> UsageQuestion:
    told = _selection(project_id, measures, group_by, filters)
    check_times(since, until)
    first, last = widened(bucket, since, until)
    asked = UsageQuestion(since=first, until=last, bucket=bucket, **told)
    _check_span(asked, bucket)
    return asked


def percentile_question(
    project_id: UUID,
    since: datetime,
    until: datetime,
    percents: list[float],
    bucket: Bucket | None,
    measures: list[Measure],
    group_by: list[Dimension],
    filters: UsageFilters | None,
) -> PercentileQuestion:
    """Times are widened where there are buckets."""
    if not 1 <= len(percents) <= MOST_PERCENTS or not all(0 < percent <= 100 for percent in percents):
        raise InvalidInputError(
            f"Percentiles are 1 to {MOST_PERCENTS} numbers above 0, up to 100.",
            "Ask for some such as 50, 95 and 99.9.",
            field="percentiles",
        )
    told = _selection(project_id, measures, group_by, filters)
    check_times(since, until)
    first, last = widened(bucket, since, until) if bucket else (since, until)
    asked = PercentileQuestion(since=first, until=last, bucket=bucket, percents=tuple(dict.fromkeys(percents)), **told)
    _check_span(asked, bucket or Bucket.DAY)
    return asked


def top_question(
    project_id: UUID,
    since: datetime,
    until: datetime,
    measure: Measure,
    by: list[Dimension],
    ranking: Ranking,
    first: int,
    filters: UsageFilters | None,
) -> TopQuestion:
    """Times are widened to whole hours up to 31 days, to whole days beyond."""
    if not by:
        raise InvalidInputError("It is not said of what.", "Name a dimension, such as MODEL.", field="by")
    if not 1 <= first <= MOST_FIRST:
        raise InvalidInputError(f"A top list has 1 to {MOST_FIRST} rows.", "Ask for fewer.", field="first")
    told = _selection(project_id, [measure], by, filters, "by")
    check_times(since, until)
    bucket = Bucket.HOUR if until - since <= LONGEST[Bucket.HOUR] else Bucket.DAY
    begin, end = widened(bucket, since, until)
    asked = TopQuestion(since=begin, until=end, ranking=ranking, first=first, hourly=bucket is Bucket.HOUR, **told)
    # not told apart by time, it may be as long as by month
    _check_span(asked, Bucket.MONTH)
    return asked


def funnel_question(
    project_id: UUID, since: datetime, until: datetime, steps: list[Step], bucket: Bucket | None
) -> FunnelQuestion:
    """Steps in the order of a task's way, whatever the order they are named in. Times are widened to buckets."""
    chosen = tuple(step for step in WAY if step in steps)
    if len(chosen) < 2 or len(chosen) != len(steps):
        raise InvalidInputError(
            "A funnel has two steps or more, each once.",
            f"Name some of {', '.join(step.name for step in WAY)}.",
            field="steps",
        )
    check_times(since, until)
    first, last = widened(bucket, since, until) if bucket else (since, until)
    _check_days(last - first, LONGEST[bucket or Bucket.MONTH], bucket or Bucket.MONTH, "a coarser bucket")
    return FunnelQuestion(project_id=project_id, since=first, until=last, steps=chosen, bucket=bucket)


def calls_question(project_id: UUID, since: datetime, until: datetime, filters: UsageFilters | None) -> Selection:
    """Of single calls of models, at the very times that are asked for."""
    told = _selection(project_id, [Measure.MODEL_CALLS], [], filters)
    check_times(since, until)
    return Selection(since=since, until=until, **told)


def facts_question(
    project_id: UUID, since: datetime, until: datetime, measures: list[Measure], filters: UsageFilters | None
) -> Selection:
    """Of single facts, at the very times that are asked for."""
    told = _selection(project_id, measures, [], filters)
    check_times(since, until)
    _check_days(until - since, LONGEST[Bucket.MONTH], Bucket.MONTH, "several files")
    return Selection(since=since, until=until, **told)


def _selection(
    project_id: UUID,
    measures: list[Measure],
    group_by: list[Dimension],
    filters: UsageFilters | None,
    field: str = "groupBy",
) -> dict[str, Any]:
    if not measures:
        raise InvalidInputError("No measure is asked for.", "Name one, such as COST.", field="measures")
    if len(set(group_by)) != len(group_by) or len(group_by) > MOST_GROUPS:
        raise InvalidInputError(
            f"Usage is grouped by at most {MOST_GROUPS} dimensions, each once.", "Leave some out.", field=field
        )
    return {
        "project_id": project_id,
        "measures": tuple(dict.fromkeys(measures)),
        "group_by": tuple(group_by),
        "filters": _values(filters) if filters else {},
    }


def check_times(since: datetime, until: datetime) -> None:
    if not since < until:
        raise InvalidInputError("`from` is not before `to`.", "Exchange the two.", field="from")
    if not (since.year >= 1970 and until.year <= 2200):
        raise InvalidInputError("There is no usage at that time.", "Ask for years from 1970 to 2200.", field="from")


def check_points(count: int, most: int) -> None:
    if count > most:
        raise LimitExceededError(
            f"There are more than {most:,} points to tell.",
            "Ask for less time, fewer measures or groups, or a coarser bucket.",
        )


def check_facts(count: int) -> None:
    if count > MOST_FACTS:
        raise LimitExceededError(
            f"These percentiles are of more than {MOST_FACTS:,} facts.", "Ask for less time, or filter them."
        )


def _check_span(asked: Selection, bucket: Bucket) -> None:
    longest, narrower = LONGEST[bucket], "a coarser bucket"
    if asked.by_facts and longest > LONGEST_BY_FACTS:
        longest, narrower = LONGEST_BY_FACTS, "no sessions or tasks"
    _check_days(asked.until - asked.since, longest, bucket, narrower)


def _check_days(span: timedelta, longest: timedelta, bucket: Bucket, narrower: str) -> None:
    # the two ends may have been widened by a bucket each
    if span > longest + timedelta(days=62 if bucket is Bucket.MONTH else 14):
        raise InvalidInputError(
            f"{span.days} days are asked for; it is at most {longest.days} here.",
            f"Ask for less time, or for {narrower}.",
            field="from",
        )


def _values(filters: UsageFilters) -> dict[Dimension, tuple[str, ...]]:
    named = {
        Dimension.USER: ("users", filters.users),
        Dimension.PERSONA: ("personas", filters.personas),
        Dimension.SESSION: ("sessions", filters.sessions),
        Dimension.TASK: ("tasks", filters.tasks),
        Dimension.PROVIDER: ("providers", filters.providers),
        Dimension.MODEL: ("models", filters.models),
        Dimension.DETAIL: ("details", filters.details),
    }
    given: dict[Dimension, tuple[str, ...]] = {}
    for dimension, (name, values) in named.items():
        if not values:
            continue
        field = f"filters.{name}"
        if len(values) > MOST_VALUES:
            raise InvalidInputError(
                f"{len(values)} values are given; it is at most {MOST_VALUES}.", "Ask for some of them.", field=field
            )
        given[dimension] = tuple(_plain(dimension, value, field) for value in values)
    return given


def _plain(dimension: Dimension, value: str, field: str) -> str:
    kind = ID_OF.get(dimension)
    if kind:
        return str(ids.decode_as(kind, value, field))
    check_text(field, value)
    return value
