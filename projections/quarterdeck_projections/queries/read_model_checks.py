"""Asking for a comparison of the read models with the log, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck_projections.database import Database

CHANNEL: LiteralString = "quarterdeck_read_model_check"
"""Whoever compares listens here, for a check's id."""


class CheckState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckRow:
    id: UUID
    state: str
    step: str
    done: int
    total: int
    position: int | None
    rows: int | None
    differences: int | None
    tables: dict[str, int] | None
    failure: str | None
    next_step: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceRow:
    position: int
    """Its number: the key of pages."""
    table_name: str
    key: str
    column_name: str | None
    logged: str | None
    live: str | None


async def ask(database: Database, check_id: UUID) -> None:
    """Asked twice for one id, it is done once."""
    await database.rows(_nothing, f"SELECT pg_notify('{CHANNEL}', %(id)s) AS told", {"id": str(check_id)})


async def load(database: Database, check_id: UUID) -> CheckRow | None:
    return await database.first(
        CheckRow,
        """
        SELECT id, state, step, done, total, position, rows, differences, tables, failure, next_step
        FROM read.read_model_checks WHERE id = %(id)s
        """,
        {"id": check_id},
    )


async def differences(database: Database, check_id: UUID, after: int, limit: int) -> Sequence[DifferenceRow]:
    return await database.rows(
        DifferenceRow,
        """
        SELECT number AS position, table_name, key, column_name, logged, live FROM read.read_model_differences
        WHERE check_id = %(id)s AND number > %(after)s ORDER BY number LIMIT %(limit)s
        """,
        {"id": check_id, "after": after, "limit": limit},
    )


def _nothing(**_: Any) -> None:
    """Of an answer that says nothing."""
