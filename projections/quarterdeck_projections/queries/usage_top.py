"""Top lists: the groups that have most of a measure, in order, and all others as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Any, LiteralString

from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.usage import UsagePoint, added
from quarterdeck_projections.queries.usage_question import DIGITS, SUMS, Selection, chosen, groups, sums_from


class Ranking(StrEnum):
    """By what a top list is ordered; groups with the same are in the order of their values, byte by byte."""

    TOTAL = "total"
    COUNT = "count"
    HIGHEST = "highest"


@dataclass(frozen=True, kw_only=True)
class TopQuestion(Selection):
    """Of one measure, grouped by a dimension or more."""

    ranking: Ranking
    first: int
    hourly: bool
    """Whether times are whole hours, and not only whole days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TopList:
    rows: Sequence[UsagePoint]
    """In order. Groups of which nothing is known come last."""
    other: UsagePoint | None
    """What all groups beyond these sum up to; its group is empty."""
    others: int
    """How many groups those are."""

    @property
    def all(self) -> UsagePoint | None:
        """What all groups sum up to; None where nothing was measured."""
        points = [*self.rows, *([self.other] if self.other else [])]
        return reduce(added, points) if points else None


async def top(database: Database, asked: TopQuestion) -> TopList:
    [measure] = asked.measures

    def row(*, place: int, groups: int, **columns: Any) -> tuple[int, int, UsagePoint]:
        group = tuple(columns.pop(f"by_{number}") for number in range(len(asked.group_by)))
        beyond = place > asked.first
        point = UsagePoint(at=asked.since, measure=measure, group=() if beyond else group, **columns)
        return place, groups, point

    found = await database.rows(row, _statement(asked), {**asked.parameters, "first": asked.first})
    beyond = next(((count, point) for place, count, point in found if place > asked.first), None)
    return TopList(
        rows=[point for place, _, point in found if place <= asked.first],
        other=beyond[1] if beyond else None,
        others=beyond[0] if beyond else 0,
    )


_RANKED: dict[Ranking, LiteralString] = {
    Ranking.TOTAL: "total",
    Ranking.COUNT: "count",
    Ranking.HIGHEST: "highest",
}


def _statement(asked: TopQuestion) -> LiteralString:
    source, time = sums_from(asked, hourly=asked.hourly)
    columns, order = groups(asked)
    places: LiteralString = "1"
    names: LiteralString = ""
    for number in range(len(asked.group_by)):
        places += f", {DIGITS[number + 2]}"
        names += f", min(by_{DIGITS[number]}) AS by_{DIGITS[number]}"
    return f"""
        WITH sums AS (
            SELECT measure{columns}, {source} WHERE {chosen(asked, time)} GROUP BY {places}
        ), ranked AS (
            SELECT *, row_number() OVER (ORDER BY {_RANKED[asked.ranking]} DESC NULLS LAST{order}) AS place FROM sums
        ), cut AS (SELECT *, least(place, %(first)s + 1) AS row FROM ranked)
        SELECT row AS place, count(*) AS groups{names}, {SUMS} FROM cut GROUP BY row ORDER BY row
        """  # noqa: S608 - nothing but literals
