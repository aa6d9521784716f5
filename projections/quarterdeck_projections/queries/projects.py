"""Projects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.domain.project import ProjectSettings
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectRow:
    id: UUID
    position: int
    """Of its ProjectCreated: the key of pages."""
    name: str
    repository: str
    default_branch: str
    archived: bool
    created_at: datetime
    settings: ProjectSettings


COLUMNS = """p.id, p.position, p.name, p.repository, p.default_branch, p.archived, p.created_at, p.settings"""


def _project(*, settings: dict[str, Any], **columns: Any) -> ProjectRow:
    return ProjectRow(settings=settings_of(settings), **columns)


def settings_of(document: dict[str, Any]) -> ProjectSettings:
    """What an earlier release left out has its default."""
    return msgspec.convert(document, ProjectSettings)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, ProjectRow]:
    """Those of `ids` that exist."""
    query = f"SELECT {COLUMNS} FROM read.projects p WHERE p.id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
    return {row.id: row for row in await database.rows(_project, query, {"ids": list(ids)})}


async def get(database: Database, project_id: UUID) -> ProjectRow | None:
    return (await load(database, [project_id])).get(project_id)


async def list_visible(database: Database, visible_to: UUID | None, window: Window) -> Page[ProjectRow]:
    """Newest first."""
    keys = keyset(window, newest_first=True)
    narrowed = ""
    if visible_to is not None:
        narrowed = " AND p.id IN (SELECT m.project_id FROM read.members m WHERE m.user_id = %(user)s)"
    found = await database.rows(
        _project,
        f"""
        SELECT {COLUMNS} FROM read.projects p
        WHERE p.position > %(low)s AND p.position < %(high)s {narrowed}
        ORDER BY p.position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"user": visible_to, **keys.parameters},
    )
    return page(found, window)
