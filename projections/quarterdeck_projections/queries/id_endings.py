"""Ids by their ends, as people write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from quarterdeck_projections.database import Database


class Ended(StrEnum):
    """What is found by the end of its id."""

    SESSION = "Session"
    COMMAND = "Command"
    REPORT = "Report"
    BUDGET = "Budget"
    ALERT = "Alert"


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID


_TABLES: dict[Ended, LiteralString] = {
    Ended.SESSION: "read.sessions",
    Ended.COMMAND: "read.commands",
    Ended.REPORT: "read.reports",
    Ended.BUDGET: "read.budgets",
    Ended.ALERT: "read.alerts",
}


async def ids_ending_with(
    database: Database, kind: Ended, suffix: str, project_id: UUID | None, limit: int
) -> Sequence[UUID]:
    """`suffix`: digits in lower case, without dashes. The newest first; in any project without one."""
    begin = suffix[::-1]
    query = f"""
        SELECT id FROM {_TABLES[kind]}
        WHERE reverse(encode(uuid_send(id), 'hex') COLLATE "C") >= %(begin)s
            AND reverse(encode(uuid_send(id), 'hex') COLLATE "C") < %(end)s
            AND (%(project)s::uuid IS NULL OR project_id = %(project)s)
        ORDER BY position DESC LIMIT %(limit)s
    """  # noqa: S608 - nothing but literals
    # what comes after all digits
    parameters = {"begin": begin, "end": f"{begin}g", "project": project_id, "limit": limit}
    return [row.id for row in await database.rows(_Row, query, parameters)]
