"""Usage: what facts sum up to by time and dimension, and the single calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.queries.usage_question import (
    DIGITS,
    UNITS,
    Bucket,
    Selection,
    UsageQuestion,
    chosen,
    groups,
    sums_from,
)
from quarterdeck_projections.usage.measures import Measure


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


_OF_CALLS = tuple(measure for measure in Measure if measure.startswith(("model_", "tokens_", "cost")))


_CALL: LiteralString = "model_calls"
"""Of each call there is one fact of this measure, and an index of those alone."""


async def series(database: Database, asked: UsageQuestion, limit: int) -> list[UsagePoint]:
    """At most `limit` points, in the order of time, measure and group. Empty buckets have none."""

    def point(*, at: datetime, measure: str, **columns: Any) -> UsagePoint:
        group = tuple(columns.pop(f"by_{number}") for number in range(len(asked.group_by)))
        return UsagePoint(at=at, measure=Measure(measure), group=group, **columns)

    return await database.rows(point, _statement(asked), {**asked.parameters, "limit": limit})


def _statement(asked: UsageQuestion) -> LiteralString:
    source, time = sums_from(asked, hourly=asked.bucket is Bucket.HOUR)
    columns, order = groups(asked)
    # dimensions are columns' names here and go before the aggregates' ones: grouped by their places
    places: LiteralString = "1, 2"
    for number in range(len(asked.group_by)):
        places += f", {DIGITS[number + 3]}"
    return f"""
        SELECT * FROM (
            SELECT date_trunc('{UNITS[asked.bucket]}', {time}, 'UTC') AS at, measure{columns}, {source}
            WHERE {chosen(asked, time)}
            GROUP BY {places}
        ) AS points ORDER BY at, measure COLLATE "C"{order} LIMIT %(limit)s
        """  # noqa: S608 - nothing but literals


def totals(points: Sequence[UsagePoint]) -> list[UsagePoint]:
    """What the points of each measure and group sum up to, in the order in which they first occur."""
    summed: dict[tuple[Measure, tuple[str, ...]], UsagePoint] = {}
    for point in points:
        key = (point.measure, point.group)
        summed[key] = added(summed[key], point) if key in summed else point
    return list(summed.values())


def added(one: UsagePoint, other: UsagePoint) -> UsagePoint:
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


async def list_calls(database: Database, asked: Selection, window: Window) -> Page[UsageCallRow]:
    """Those that are selected, whatever its measures, the last recorded first."""
    keys = keyset(window, newest_first=True)
    parameters = {
        **asked.parameters,
        **keys.parameters,
        "measures": [_CALL],
        "told": [each.value for each in _OF_CALLS],
    }
    found = await database.rows(
        _call,
        f"""
        WITH calls AS (
            SELECT position, at FROM read.usage_facts
            WHERE {chosen(asked, "at")} AND measure = '{_CALL}' AND position > %(low)s AND position < %(high)s
            ORDER BY position {keys.order} LIMIT %(fetch)s
        )
        SELECT position, at, user_id, persona, session_id, task_id, provider, model, detail AS operation,
            max(price) AS price, jsonb_object_agg(measure, value) FILTER (WHERE value IS NOT NULL) AS values
        FROM calls JOIN read.usage_facts USING (position, at)
        WHERE project_id = %(project)s AND measure = ANY(%(told)s)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY position {keys.order}
        """,  # noqa: S608 - nothing but literals
        parameters,
    )
    return page(found, window)


def _call(*, values: dict[str, int], **columns: Any) -> UsageCallRow:
    counted = {Measure(name): value for name, value in values.items()}
    cost = counted.pop(Measure.COST, None)
    return UsageCallRow(tokens=counted, nano_dollars=cost, **columns)
