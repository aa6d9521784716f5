"""Tasks: by id, in lists, and by what they say."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck.domain.task_events import LinkKind, TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page

MAX_SEARCHED = 500
"""Characters of a text that is searched for; the rest is left out."""
MAX_DEPENDENTS = 100
_REFERENCE = re.compile(r"#?[Tt]-([0-9]{1,9})")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimRow:
    number: int
    holder_id: UUID
    holder_name: str
    session_id: UUID | None
    claimed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRow:
    id: UUID
    position: int
    """Of its TaskCreated: the key of pages."""
    project_id: UUID
    number: int
    title: str
    body: str
    labels: tuple[str, ...]
    priority: Priority
    estimate: int
    dependencies: tuple[int, ...]
    acceptance: tuple[str, ...]
    revision: int
    status: TaskStatus
    reason: str
    owner_id: UUID | None
    owner_name: str | None
    assigned: bool
    claim: ClaimRow | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """What a list is narrowed to; what is left out narrows nothing."""

    project_id: UUID | None = None
    statuses: Collection[TaskStatus] = ()
    labels: Collection[str] = ()
    """All of them."""
    priorities: Collection[Priority] = ()
    owner: UUID | str | None = None
    """A user by id or name."""
    unowned: bool = False
    unlabelled: bool = False
    text: str | None = None
    """Those that it is found in, as `search` finds them."""


class Order(StrEnum):
    NEWEST = "newest"
    URGENCY = "urgency"
    """By priority, then the oldest."""


PLACE: LiteralString = "array_position(ARRAY['urgent', 'high', 'normal', 'low'], t.priority)"
"""Of a task by its urgency; of those in one place the oldest comes first."""
COLUMNS: LiteralString = """
    t.id, t.position, t.project_id, t.number, t.title, t.body, t.labels, t.priority, t.estimate, t.dependencies,
    t.acceptance, t.revision, t.status, t.reason, t.owner_id, COALESCE(o.name, t.owner_id::text) AS owner_name,
    t.assigned, t.claim_number, t.claimed_by, COALESCE(h.name, t.claimed_by::text) AS claimed_by_name,
    t.claim_session_id, t.claimed_at, t.claim_expires_at, t.created_at, COALESCE(c.name, t.created_by) AS created_by,
    t.updated_at, t.closed_at
"""
TABLES: LiteralString = """
    read.tasks t
    LEFT JOIN read.users o ON o.id = t.owner_id
    LEFT JOIN read.users h ON h.id = t.claimed_by
    LEFT JOIN read.users c ON c.id = t.created_by_user
"""


def _task(
    *,
    labels: list[str],
    dependencies: list[int],
    acceptance: list[str],
    priority: str,
    status: str,
    claim_number: int | None,
    claimed_by: UUID,
    claimed_by_name: str,
    claim_session_id: UUID | None,
    claimed_at: datetime,
    claim_expires_at: datetime,
    **columns: Any,
) -> TaskRow:
    claim = claim_number and ClaimRow(
        number=claim_number,
        holder_id=claimed_by,
        holder_name=claimed_by_name,
        session_id=claim_session_id,
        claimed_at=claimed_at,
        expires_at=claim_expires_at,
    )
    return TaskRow(
        labels=tuple(labels),
        dependencies=tuple(dependencies),
        acceptance=tuple(acceptance),
        priority=Priority(priority),
        status=TaskStatus(status),
        claim=claim or None,
        **columns,
    )


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, TaskRow]:
    """Those of `ids` that exist."""
    query = f"SELECT {COLUMNS} FROM {TABLES} WHERE t.id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
    return {row.id: row for row in await database.rows(_task, query, {"ids": list(ids)})}


async def list_visible(
    database: Database, visible_to: UUID | None, window: Window, chosen: TaskFilter, order: Order = Order.NEWEST
) -> Page[TaskRow]:
    """By urgency there are forward pages only."""
    if order is Order.URGENCY:
        return await _by_urgency(database, visible_to, window, chosen)
    keys = keyset(window, newest_first=True)
    found = await database.rows(
        _task,
        f"""
        SELECT {COLUMNS} FROM {TABLES}
        WHERE t.position > %(low)s AND t.position < %(high)s {narrowed(chosen, visible_to)}
        ORDER BY t.position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {**parameters(chosen, visible_to), **keys.parameters},
    )
    return page(found, window)


async def _by_urgency(database: Database, visible_to: UUID | None, window: Window, chosen: TaskFilter) -> Page[TaskRow]:
    after: LiteralString = ""
    if window.after is not None:
        # the key is a position here, too: its place is looked up
        after = f"""AND ({PLACE}, t.position) >
            (SELECT {PLACE}, t.position FROM read.tasks t WHERE t.position = %(after)s)"""  # noqa: S608 - literals
    found = await database.rows(
        _task,
        f"""
        SELECT {COLUMNS} FROM {TABLES} WHERE true {narrowed(chosen, visible_to)} {after}
        ORDER BY {PLACE}, t.position LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {**parameters(chosen, visible_to), "after": window.after, "fetch": window.limit + 1},
    )
    return page(found, window)


async def dependents(database: Database, project_id: UUID, number: int) -> list[TaskRow]:
    """The first MAX_DEPENDENTS of a project's tasks that wait for one of them, in the order of their numbers."""
    return await database.rows(
        _task,
        f"""
        SELECT {COLUMNS} FROM {TABLES}
        WHERE t.project_id = %(project)s AND t.dependencies @> to_jsonb(%(number)s::int)
        ORDER BY t.number LIMIT %(most)s
        """,  # noqa: S608 - nothing but literals
        {"project": project_id, "number": number, "most": MAX_DEPENDENTS},
    )


async def search(
    database: Database, visible_to: UUID | None, window: Window, chosen: TaskFilter, text: str
) -> Page[TaskRow]:
    """Those that a text is found in, the best first; `T-17` finds the task of that number. Forward pages only.

    The text is a web search's: words, "phrases", OR, and -words that must not be there. Any text can be searched for.
    """
    rank: LiteralString = "CASE WHEN t.number = %(number)s THEN 2 ELSE ts_rank(t.search, q) END"
    after: LiteralString = ""
    if window.after is not None:
        # the key is a position here, too: its rank is looked up
        after = f"""AND ({rank}, t.position) <
            (SELECT {rank}, t.position FROM read.tasks t WHERE t.position = %(after)s)"""  # noqa: S608 - literals
    found = await database.rows(
        _task,
        f"""
        SELECT {COLUMNS} FROM {TABLES}, websearch_to_tsquery('english', %(text)s) q
        WHERE (t.search @@ q OR t.number = %(number)s) {narrowed(chosen, visible_to)} {after}
        ORDER BY {rank} DESC, t.position DESC LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {
            **parameters(chosen, visible_to),
            "text": searchable(text),
            "number": _number(text),
            "after": window.after,
            "fetch": window.limit + 1,
        },
    )
    return page(found, window)


def narrowed(chosen: TaskFilter, visible_to: UUID | None) -> LiteralString:
    """Conditions on `t`. One that is not asked for is left out: as `$1 IS NULL OR ...` it would hide the indexes."""
    found: LiteralString = ""
    if chosen.project_id is not None:
        found += " AND t.project_id = %(project)s"
    if chosen.statuses:
        found += " AND t.status = ANY(%(statuses)s)"
    if chosen.priorities:
        found += " AND t.priority = ANY(%(priorities)s)"
    if chosen.labels:
        found += " AND t.labels @> to_jsonb(%(labels)s::text[])"
    if isinstance(chosen.owner, UUID):
        found += " AND t.owner_id = %(owner)s"
    elif chosen.owner is not None:
        found += " AND t.owner_id IN (SELECT n.id FROM read.users n WHERE n.name = %(owner)s)"
    if chosen.unowned:
        found += " AND t.owner_id IS NULL"
    if chosen.unlabelled:
        found += " AND t.labels = '[]'"
    if chosen.text is not None:
        found += " AND (t.search @@ websearch_to_tsquery('english', %(searched)s) OR t.number = %(named)s)"
    if visible_to is not None:
        found += " AND t.project_id IN (SELECT m.project_id FROM read.members m WHERE m.user_id = %(user)s)"
    return found


def parameters(chosen: TaskFilter, visible_to: UUID | None) -> dict[str, object]:
    """What `narrowed` names."""
    return {
        "project": chosen.project_id,
        "statuses": [each.value for each in chosen.statuses],
        "priorities": [each.value for each in chosen.priorities],
        "labels": [storable(each) for each in chosen.labels],
        "owner": storable(chosen.owner) if isinstance(chosen.owner, str) else chosen.owner,
        "user": visible_to,
        "searched": searchable(chosen.text or ""),
        "named": _number(chosen.text or ""),
    }


def storable(text: str) -> str:
    """As PostgreSQL can be asked for it."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def searchable(text: str) -> str:
    return storable(text)[:MAX_SEARCHED]


def _number(text: str) -> int:
    found = _REFERENCE.fullmatch(text.strip())
    return int(found[1]) if found else -1


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskLinkRow:
    kind: LinkKind
    target: str
    linked_at: datetime


def _link(*, task_id: UUID, kind: str, target: str, linked_at: datetime) -> tuple[UUID, TaskLinkRow]:
    return task_id, TaskLinkRow(kind=LinkKind(kind), target=target, linked_at=linked_at)


async def load_links(database: Database, ids: Collection[UUID]) -> dict[UUID, list[TaskLinkRow]]:
    """What each task is linked to, in the order it was."""
    query = """
        SELECT l.task_id, l.kind, l.target, l.linked_at FROM read.task_links l
        WHERE l.task_id = ANY(%(ids)s) ORDER BY l.position
    """
    found: dict[UUID, list[TaskLinkRow]] = {task_id: [] for task_id in ids}
    for task_id, link in await database.rows(_link, query, {"ids": list(ids)}):
        found[task_id].append(link)
    return found
