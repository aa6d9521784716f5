"""What can be asked of usage: which facts, of what time, told apart by what; and the parts of SQL that say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from quarterdeck_projections.usage.measures import Dimension, Measure


class Bucket(StrEnum):
    """In UTC; a week begins on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which facts, and what they are told apart by."""

    project_id: UUID
    since: datetime
    until: datetime
    """Not in it. Both are beginnings of buckets: see `widened`."""
    measures: tuple[Measure, ...]
    group_by: tuple[Dimension, ...] = ()
    filters: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict[Dimension, tuple[str, ...]])
    """Of each, one of these values; ids as their text, an absent one as the empty text."""

    @property
    def by_facts(self) -> bool:
        """Roll-ups do not know sessions and tasks."""
        return not _FACTS_ONLY.isdisjoint({*self.group_by, *self.filters})

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "project": self.project_id,
            "measures": [measure.value for measure in self.measures],
            "since": self.since,
            "until": self.until,
            **{f"only_{dimension.value}": list(values) for dimension, values in self.filters.items()},
        }


@dataclass(frozen=True, kw_only=True)
class UsageQuestion(Selection):
    bucket: Bucket


_FACTS_ONLY = frozenset((Dimension.SESSION, Dimension.TASK))
_COLUMNS: dict[Dimension, LiteralString] = {
    Dimension.USER: "coalesce(user_id::text, '')",
    Dimension.PERSONA: "persona",
    Dimension.SESSION: "coalesce(session_id::text, '')",
    Dimension.TASK: "coalesce(task_id::text, '')",
    Dimension.PROVIDER: "provider",
    Dimension.MODEL: "model",
    Dimension.DETAIL: "detail",
}
_NAMES: dict[Dimension, LiteralString] = {
    Dimension.USER: "user",
    Dimension.PERSONA: "persona",
    Dimension.SESSION: "session",
    Dimension.TASK: "task",
    Dimension.PROVIDER: "provider",
    Dimension.MODEL: "model",
    Dimension.DETAIL: "detail",
}
DIGITS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
UNITS: dict[Bucket, LiteralString] = {
    Bucket.HOUR: "hour",
    Bucket.DAY: "day",
    Bucket.WEEK: "week",
    Bucket.MONTH: "month",
}
# a sum beyond 64 bits, which is more than nine billion dollars, is told as the largest there is; LEAST would take that
# for one that is not known, too
_FROM_FACTS: LiteralString = """
    count(*) AS count, count(value) AS known,
    (CASE WHEN sum(value) > 9223372036854775807 THEN 9223372036854775807 ELSE sum(value) END)::bigint AS total,
    min(value) AS lowest, max(value) AS highest
    FROM read.usage_facts"""
SUMS: LiteralString = """
    sum(count)::bigint AS count, sum(known)::bigint AS known,
    (CASE WHEN sum(total) > 9223372036854775807 THEN 9223372036854775807 ELSE sum(total) END)::bigint AS total,
    min(lowest) AS lowest, max(highest) AS highest"""


KEPT: LiteralString = "at >= (SELECT facts_from FROM read.usage_edges)"
SUMMED: LiteralString = "bucket >= (SELECT sums_from FROM read.usage_edges)"
"""What has expired is in no answer, whether its room was given back or not."""


def sums_from(asked: Selection, *, hourly: bool) -> tuple[LiteralString, LiteralString]:
    """The sums and the relation that they are from; and its column of time."""
    if asked.by_facts:
        return _FROM_FACTS, "at"
    table: LiteralString = "read.usage_hourly" if hourly else "read.usage_daily"
    return SUMS + " FROM " + table, "bucket"


def groups(asked: Selection) -> tuple[LiteralString, LiteralString]:
    """The dimensions that are grouped by as columns `by_0` and so on, and in their order; each begins with a comma."""
    columns: LiteralString = ""
    order: LiteralString = ""
    for number, dimension in enumerate(asked.group_by):
        columns += f", {_COLUMNS[dimension]} AS by_{DIGITS[number]}"
        order += f', by_{DIGITS[number]} COLLATE "C"'
    return columns, order


def chosen(asked: Selection, time: LiteralString) -> LiteralString:
    """The condition, with the parameters of the selection. `time` is the column that has it."""
    condition: LiteralString = f"""project_id = %(project)s AND measure = ANY(%(measures)s)
        AND {time} >= %(since)s AND {time} < %(until)s AND {KEPT if time == "at" else SUMMED}"""
    for dimension in asked.filters:
        condition += f" AND {_COLUMNS[dimension]} = ANY(%(only_{_NAMES[dimension]})s)"
    return condition


def widened(bucket: Bucket, since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """From the beginning of the bucket that `since` is in to the end of the one that `until` ends in."""
    first, last = _begin(bucket, since), _begin(bucket, until)
    return first, last if last == until else _next(bucket, last)


def _begin(bucket: Bucket, at: datetime) -> datetime:
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    match bucket:
        case Bucket.HOUR:
            return hour
        case Bucket.DAY:
            return hour.replace(hour=0)
        case Bucket.WEEK:
            return hour.replace(hour=0) - timedelta(days=hour.weekday())
        case Bucket.MONTH:
            return hour.replace(hour=0, day=1)


def _next(bucket: Bucket, begin: datetime) -> datetime:
    longest = {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1), Bucket.WEEK: timedelta(days=7)}
    return _begin(bucket, begin + longest.get(bucket, timedelta(days=31)))
