"""Personas of projects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.domain.persona import PersonaSettings
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonaRow:
    id: UUID
    position: int
    """Of its last PersonaDefined: the key of pages."""
    project_id: UUID
    name: str
    revision: int
    settings: PersonaSettings
    defined_at: datetime
    revised_at: datetime
    retired_at: datetime | None


COLUMNS = "id, position, project_id, name, revision, description, limits, network, defined_at, revised_at, retired_at"


def _persona(
    *, description: str, limits: dict[str, Any], network: list[dict[str, Any]] | None, **columns: Any
) -> PersonaRow:
    told = {"description": description, "limits": limits, "network": network}
    return PersonaRow(settings=msgspec.convert(told, PersonaSettings), **columns)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, PersonaRow]:
    """Those of `ids` that exist."""
    query = f"SELECT {COLUMNS} FROM read.personas WHERE id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
    return {row.id: row for row in await database.rows(_persona, query, {"ids": list(ids)})}


async def list_of_project(database: Database, project_id: UUID, window: Window, *, retired: bool) -> Page[PersonaRow]:
    """In the order in which they were defined; with those that are retired, where asked for."""
    keys = keyset(window, newest_first=False)
    narrowed = "" if retired else "AND retired_at IS NULL"
    found = await database.rows(
        _persona,
        f"""
        SELECT {COLUMNS} FROM read.personas
        WHERE project_id = %(project)s AND position > %(low)s AND position < %(high)s {narrowed}
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"project": project_id, **keys.parameters},
    )
    return page(found, window)
