"""How a task came to be as it is: who changed what, when, and in which session."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


class TaskField(StrEnum):
    TITLE = "title"
    BODY = "body"
    LABELS = "labels"
    PRIORITY = "priority"
    ESTIMATE = "estimate"
    DEPENDENCIES = "dependencies"
    ACCEPTANCE = "acceptance"
    STATUS = "status"
    REASON = "reason"
    OWNER = "owner"
    CLAIM = "claim"
    NOTE = "note"
    LINK = "link"
    UNLINK = "unlink"
    WORK = "work"
    """What a session did, in numbers."""
    CONFLICT = "conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskHistoryRow:
    position: int
    """Of the event: the key of pages."""
    recorded_at: datetime
    actor_kind: str
    actor: str
    """A user's name; an agent or a role by its id."""
    session_id: UUID | None
    changes: dict[TaskField, Any]
    """By field what it became. An owner is their name."""


def _entry(*, changes: dict[str, Any], owner_name: str | None, **columns: Any) -> TaskHistoryRow:
    told = {TaskField(name): value for name, value in changes.items()}
    if told.get(TaskField.OWNER) is not None:
        told[TaskField.OWNER] = owner_name or told[TaskField.OWNER]
    return TaskHistoryRow(changes=told, **columns)


async def list_of_task(
    database: Database, task_id: UUID, window: Window, fields: Collection[TaskField] = ()
) -> Page[TaskHistoryRow]:
    """Newest first; those that change one of `fields`, where given.

    Who did it is read from the log itself, which has the event for certain.
    """
    keys = keyset(window, newest_first=True)
    narrowed = "AND h.changes ?| %(fields)s" if fields else ""
    found = await database.rows(
        _entry,
        f"""
        SELECT p.position, p.changes, e.recorded_at, e.actor_kind, COALESCE(u.name, e.actor_id) AS actor,
               e.session_id, o.name AS owner_name
        FROM (
            SELECT h.position, h.changes FROM read.task_history h
            WHERE h.task_id = %(task)s AND h.position > %(low)s AND h.position < %(high)s {narrowed}
            ORDER BY h.position {keys.order} LIMIT %(fetch)s
        ) p
        JOIN log.events e ON e.position = p.position
        LEFT JOIN read.users u ON e.actor_kind = 'user' AND u.id::text = e.actor_id
        LEFT JOIN read.users o ON o.id::text = p.changes ->> 'owner'
        ORDER BY p.position {keys.order}
        """,  # noqa: S608 - nothing but literals
        {"task": task_id, "fields": [each.value for each in fields], **keys.parameters},
    )
    return page(found, window)
