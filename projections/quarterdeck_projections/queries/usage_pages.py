"""Single facts, page by page: for exports, of any length."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.usage_question import Selection, chosen
from quarterdeck_projections.usage.measures import Measure


class After(NamedTuple):
    """The fact that a page comes after."""

    at: datetime
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRow:
    at: datetime
    position: int
    measure: Measure
    value: int | None
    user_id: UUID | None
    persona: str
    session_id: UUID | None
    task_id: UUID | None
    provider: str
    model: str
    detail: str
    price: str


async def page_of_facts(database: Database, asked: Selection, after: After | None, limit: int) -> list[FactRow]:
    """At most `limit` facts of one measure, by time and position, which is one order since an event has one of each.

    Each page is a transaction of its own, so that nobody's download holds tables: what is written meanwhile is in the
    pages that are still to come.
    """
    begin = after or After(asked.since, 0)
    parameters = {**asked.parameters, "after": begin.at, "position": begin.position, "limit": limit}
    return await database.rows(_fact, _statement(asked), parameters)


def _fact(*, measure: str, **columns: Any) -> FactRow:
    return FactRow(measure=Measure(measure), **columns)


def _statement(asked: Selection) -> LiteralString:
    return f"""
        SELECT at, position, measure, value, user_id, persona, session_id, task_id, provider, model, detail, price
        FROM read.usage_facts
        WHERE {chosen(asked, "at")} AND at >= %(after)s AND (at, position) > (%(after)s, %(position)s)
        ORDER BY at, position LIMIT %(limit)s
        """  # noqa: S608 - nothing but literals
