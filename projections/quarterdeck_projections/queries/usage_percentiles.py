"""Percentiles of single values, such as how long nine of ten commands ran at most: exact, from the facts themselves.

By the nearest rank (SQL's `percentile_disc`): the least value that at least this share of all values is not above. It
is always one of the values, a whole number, and the same on every database.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.usage_question import (
    DIGITS,
    UNITS,
    Bucket,
    Selection,
    chosen,
    groups,
)
from quarterdeck_projections.usage.measures import Measure


@dataclass(frozen=True, kw_only=True)
class PercentileQuestion(Selection):
    percents: tuple[float, ...]
    """More than 0, at most 100."""
    bucket: Bucket | None = None
    """None: of all the time at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentilePoint:
    at: datetime
    """Where the bucket begins, or all of the time."""
    measure: Measure
    group: tuple[str, ...]
    count: int
    known: int
    """Of the count, those whose value is known: percentiles are of these."""
    values: tuple[int, ...] | None
    """For each percent that was asked for; None where nothing is known."""
    lowest: int | None
    highest: int | None


async def percentiles(database: Database, asked: PercentileQuestion, limit: int, facts: int) -> list[PercentilePoint]:
    """At most `limit` points, in the order of time, measure and group, of at most `facts` facts.

    Where there are more facts, the points' counts sum up to more than `facts`, and their values mean nothing.
    """

    def point(*, at: datetime, measure: str, values: list[int | None] | None, **columns: Any) -> PercentilePoint:
        group = tuple(columns.pop(f"by_{number}") for number in range(len(asked.group_by)))
        known = tuple(value for value in values or () if value is not None)
        return PercentilePoint(at=at, measure=Measure(measure), group=group, values=known or None, **columns)

    parameters = {
        **asked.parameters,
        "shares": [percent / 100 for percent in asked.percents],
        "limit": limit,
        "facts": facts + 1,
    }
    return await database.rows(point, _statement(asked), parameters)


def _statement(asked: PercentileQuestion) -> LiteralString:
    columns, order = groups(asked)
    at: LiteralString = "%(since)s::timestamptz"
    if asked.bucket:
        at = f"date_trunc('{UNITS[asked.bucket]}', at, 'UTC')"
    places: LiteralString = "1, 2"
    for number in range(len(asked.group_by)):
        places += f", {DIGITS[number + 3]}"
    return f"""
        SELECT * FROM (
            SELECT {at} AS at, measure{columns}, count(*) AS count, count(value) AS known,
                percentile_disc(%(shares)s::float8[]) WITHIN GROUP (ORDER BY value) AS values,
                min(value) AS lowest, max(value) AS highest
            FROM (SELECT * FROM read.usage_facts WHERE {chosen(asked, "at")} LIMIT %(facts)s) AS facts
            GROUP BY {places}
        ) AS points ORDER BY at, measure COLLATE "C"{order} LIMIT %(limit)s
        """  # noqa: S608 - nothing but literals
