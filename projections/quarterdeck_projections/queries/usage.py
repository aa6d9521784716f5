"""Usage: what facts sum up to by time and dimension, and the single calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.usage.measures import Dimension, Measure


class Bucket(StrEnum):
    """In UTC; a week begins on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class UsageQuestion:
    project_id: UUID
    since: datetime
    until: datetime
    """Not in it. Both are beginnings of buckets: see `widened`."""
    bucket: Bucket
    measures: tuple[Measure, ...]
    group_by: tuple[Dimension, ...] = ()
    filters: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict[Dimension, tuple[str, ...]])
    """Of each, one of these values; ids as their text, an absent one as the empty text."""

    @property
    def by_facts(self) -> bool:
        """Roll-ups do not know sessions and tasks."""
        return not _FACTS_ONLY.isdisjoint({*self.group_by, *self.filters})


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePoint:
    at: datetime
    """Where the bucket begins."""
    measure: Measure
    group: tuple[str, ...]
    """A value for each dimension that was grouped by."""
    count: int
    known: int
    """Of the count, those whose value is known."""
    total: int | None
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageCallRow:
    position: int
    at: datetime
    user_id: UUID | None
    persona: str
    session_id: UUID | None
    task_id: UUID | None
    provider: str
    model: str
    operation: str
    tokens: Mapping[Measure, int]
    nano_dollars: int | None
    price: str


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
# a sum beyond 64 bits, which is more than nine billion dollars, is told as the largest there is; LEAST would take that
# for one that is not known, too
_FROM_FACTS: LiteralString = """
    count(*) AS count, count(value) AS known,
    (CASE WHEN sum(value) > 9223372036854775807 THEN 9223372036854775807 ELSE sum(value) END)::bigint AS total,
    min(value) AS lowest, max(value) AS highest
    FROM read.usage_facts"""
_FROM_ROLL_UP: LiteralString = """
    sum(count)::bigint AS count, sum(known)::bigint AS known,
    (CASE WHEN sum(total) > 9223372036854775807 THEN 9223372036854775807 ELSE sum(total) END)::bigint AS total,
    min(lowest) AS lowest, max(highest) AS highest FROM """
_UNITS: dict[Bucket, LiteralString] = {
    Bucket.HOUR: "hour",
    Bucket.DAY: "day",
    Bucket.WEEK: "week",
    Bucket.MONTH: "month",
}
_OF_CALLS = tuple(measure for measure in Measure if measure.startswith(("model_", "tokens_", "cost")))


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


async def series(database: Database, asked: UsageQuestion, limit: int) -> list[UsagePoint]:
    """At most `limit` points, in the order of time, measure and group. Empty buckets have none."""

    def point(*, at: datetime, measure: str, **columns: Any) -> UsagePoint:
        group = tuple(columns.pop(f"by_{number}") for number in range(len(asked.group_by)))
        return UsagePoint(at=at, measure=Measure(measure), group=group, **columns)

    parameters: dict[str, object] = {
        "project": asked.project_id,
        "measures": [measure.value for measure in asked.measures],
        "since": asked.since,
        "until": asked.until,
        "limit": limit,
        **{f"only_{dimension.value}": list(values) for dimension, values in asked.filters.items()},
    }
    return await database.rows(point, _statement(asked), parameters)


def _statement(asked: UsageQuestion) -> LiteralString:
    time: LiteralString = "at" if asked.by_facts else "bucket"
    table: LiteralString = "read.usage_hourly" if asked.bucket is Bucket.HOUR else "read.usage_daily"
    source: LiteralString = _FROM_FACTS if asked.by_facts else _FROM_ROLL_UP + table
    groups: LiteralString = ""
    order: LiteralString = ""
    for number, dimension in enumerate(asked.group_by):
        groups += f", {_COLUMNS[dimension]} AS by_{_DIGITS[number]}"
        order += f', by_{_DIGITS[number]} COLLATE "C"'
    filters: LiteralString = ""
    for dimension in asked.filters:
        filters += f" AND {_COLUMNS[dimension]} = ANY(%(only_{_NAMES[dimension]})s)"
    # dimensions are columns' names here and go before the aggregates' ones: grouped by their places
    places: LiteralString = "1, 2"
    for number in range(len(asked.group_by)):
        places += f", {_DIGITS[number + 3]}"
    return f"""
        SELECT * FROM (
            SELECT date_trunc('{_UNITS[asked.bucket]}', {time}, 'UTC') AS at, measure{groups}, {source}
            WHERE project_id = %(project)s AND measure = ANY(%(measures)s)
                AND {time} >= %(since)s AND {time} < %(until)s{filters}
            GROUP BY {places}
        ) AS points ORDER BY at, measure COLLATE "C"{order} LIMIT %(limit)s
        """  # noqa: S608 - nothing but literals


_DIGITS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
_NAMES: dict[Dimension, LiteralString] = {
    Dimension.USER: "user",
    Dimension.PERSONA: "persona",
    Dimension.SESSION: "session",
    Dimension.TASK: "task",
    Dimension.PROVIDER: "provider",
    Dimension.MODEL: "model",
    Dimension.DETAIL: "detail",
}


def totals(points: Sequence[UsagePoint]) -> list[UsagePoint]:
    """What the points of each measure and group sum up to, in the order in which they first occur."""
    summed: dict[tuple[Measure, tuple[str, ...]], UsagePoint] = {}
    for point in points:
        key = (point.measure, point.group)
        summed[key] = _sum(summed[key], point) if key in summed else point
    return list(summed.values())


def _sum(one: UsagePoint, other: UsagePoint) -> UsagePoint:
    return UsagePoint(
        at=min(one.at, other.at),
        measure=one.measure,
        group=one.group,
        count=one.count + other.count,
        known=one.known + other.known,
        total=_of_known(sum, one.total, other.total),
        lowest=_of_known(min, one.lowest, other.lowest),
        highest=_of_known(max, one.highest, other.highest),
    )


def _of_known(fold: Any, *values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    folded: int | None = fold(known) if known else None
    return folded


async def list_calls(
    database: Database, project_id: UUID, since: datetime, until: datetime, window: Window
) -> Page[UsageCallRow]:
    """Those made between two times, the last recorded first."""
    keys = keyset(window, newest_first=True)
    found = await database.rows(
        _call,
        f"""
        SELECT position, at, user_id, persona, session_id, task_id, provider, model, detail AS operation,
            max(price) AS price, jsonb_object_agg(measure, value) FILTER (WHERE value IS NOT NULL) AS values
        FROM read.usage_facts
        WHERE project_id = %(project)s AND measure = ANY(%(measures)s) AND at >= %(since)s AND at < %(until)s
            AND position > %(low)s AND position < %(high)s
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - the order is one of two words
        {
            "project": project_id,
            "measures": [measure.value for measure in _OF_CALLS],
            "since": since,
            "until": until,
            **keys.parameters,
        },
    )
    return page(found, window)


def _call(*, values: dict[str, int], **columns: Any) -> UsageCallRow:
    counted = {Measure(name): value for name, value in values.items()}
    cost = counted.pop(Measure.COST, None)
    return UsageCallRow(tokens=counted, nano_dollars=cost, **columns)
