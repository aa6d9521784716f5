"""Which usage is asked for: checked, and in the read model's terms."""

from datetime import datetime, timedelta
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.queries.usage import Bucket, UsageQuestion, widened
from quarterdeck_projections.usage.measures import Dimension, Measure
from quarterdeck_schema import ids
from quarterdeck_schema.requires import check_text
from quarterdeck_schema.usage.types import ID_OF

MOST_VALUES = 100
MOST_GROUPS = 3
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
    if not measures:
        raise InvalidInputError("No measure is asked for.", "Name one, such as COST.", field="measures")
    if len(set(group_by)) != len(group_by) or len(group_by) > MOST_GROUPS:
        raise InvalidInputError(
            f"Usage is grouped by at most {MOST_GROUPS} dimensions, each once.", "Leave some out.", field="groupBy"
        )
    check_times(since, until)
    first, last = widened(bucket, since, until)
    asked = UsageQuestion(
        project_id=project_id,
        since=first,
        until=last,
        bucket=bucket,
        measures=tuple(dict.fromkeys(measures)),
        group_by=tuple(group_by),
        filters=_values(filters) if filters else {},
    )
    _check_span(asked)
    return asked


def check_times(since: datetime, until: datetime) -> None:
    if not since < until:
        raise InvalidInputError("`from` is not before `to`.", "Exchange the two.", field="from")
    if not (since.year >= 1970 and until.year <= 2200):
        raise InvalidInputError("There is no usage at that time.", "Ask for years from 1970 to 2200.", field="from")


def _check_span(asked: UsageQuestion) -> None:
    longest, narrower = LONGEST[asked.bucket], "a coarser bucket"
    if asked.by_facts and longest > LONGEST_BY_FACTS:
        longest, narrower = LONGEST_BY_FACTS, "no sessions or tasks"
    # the two ends may have been widened by a bucket each
    if asked.until - asked.since > longest + timedelta(days=62 if asked.bucket is Bucket.MONTH else 14):
        raise InvalidInputError(
            f"{(asked.until - asked.since).days} days are asked for; it is at most {longest.days} here.",
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
