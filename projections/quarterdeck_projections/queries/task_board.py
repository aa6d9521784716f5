"""A project's tasks in columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.tasks import PLACE, TaskFilter, TaskRow, load, narrowed, parameters

MAX_COLUMNS = 100
MAX_SHOWN = 50
"""Tasks of a column."""


class Grouping(StrEnum):
    STATUS = "status"
    OWNER = "owner"
    LABEL = "label"


@dataclass(frozen=True, kw_only=True)
class BoardColumn:
    key: str | None
    """The status, the owner's name or the label; None: no owner, no label."""
    count: int
    tasks: Sequence[TaskRow] = field(default_factory=tuple)


_KEYS: dict[Grouping, tuple[LiteralString, LiteralString]] = {
    Grouping.STATUS: ("t.status", ""),
    Grouping.OWNER: (
        "COALESCE(o.name, t.owner_id::text)",
        "LEFT JOIN read.users o ON o.id = t.owner_id",
    ),
    Grouping.LABEL: (
        "l.label",
        """CROSS JOIN LATERAL jsonb_array_elements_text(CASE t.labels WHEN '[]' THEN '[null]' ELSE t.labels END)
           AS l(label)""",
    ),
}
"""What it is grouped by, and what is joined for that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Card:
    key: str | None
    total: int
    id: UUID


async def board(
    database: Database, visible_to: UUID | None, chosen: TaskFilter, grouping: Grouping, shown: int
) -> list[BoardColumn]:
    """Columns with how many tasks each has, and the first `shown` of them: by priority, then the oldest.

    Statuses come in their order, all of them; owners and labels with the most tasks first, at most MAX_COLUMNS.
    """
    key, join = _KEYS[grouping]
    cards = await database.rows(
        _Card,
        f"""
        WITH cards AS (
            SELECT t.id, {key} AS key, count(*) OVER of_key AS total, row_number() OVER in_order AS place
            FROM read.tasks t {join}
            WHERE true {narrowed(chosen, visible_to)}
            WINDOW of_key AS (PARTITION BY {key}), in_order AS (
                PARTITION BY {key}
                ORDER BY {PLACE}, t.position
            )
        ), columns AS (
            SELECT DISTINCT key, total FROM cards ORDER BY total DESC, key NULLS LAST LIMIT %(columns)s
        )
        SELECT c.key, c.total, c.id FROM cards c JOIN columns k ON c.key IS NOT DISTINCT FROM k.key
        WHERE c.place <= %(shown)s ORDER BY c.total DESC, c.key NULLS LAST, c.place
        """,  # noqa: S608 - nothing but literals
        {**parameters(chosen, visible_to), "columns": MAX_COLUMNS, "shown": max(shown, 1)},
    )
    rows = await load(database, {card.id for card in cards}) if shown else {}
    columns: dict[str | None, BoardColumn] = {}
    if grouping is Grouping.STATUS:
        wanted = chosen.statuses or TaskStatus
        columns = {status.value: BoardColumn(key=status.value, count=0) for status in TaskStatus if status in wanted}
    for card in cards:
        known = columns.get(card.key, BoardColumn(key=card.key, count=card.total))
        row = [rows[card.id]] if card.id in rows else []
        columns[card.key] = BoardColumn(key=card.key, count=card.total, tasks=[*known.tasks, *row])
    return list(columns.values())
