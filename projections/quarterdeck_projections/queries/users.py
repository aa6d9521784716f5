"""Users."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck_projections.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class UserRow:
    id: UUID
    position: int
    name: str
    roles: frozenset[str]
    registered_at: datetime


def _user(*, roles: list[str], **columns: Any) -> UserRow:
    return UserRow(roles=frozenset(roles), **columns)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, UserRow]:
    """Those of `ids` that exist."""
    query = """
        SELECT u.id, u.position, u.name, u.registered_at,
               ARRAY(SELECT r.role FROM read.user_roles r WHERE r.user_id = u.id) AS roles
        FROM read.users u WHERE u.id = ANY(%(ids)s)
    """
    return {row.id: row for row in await database.rows(_user, query, {"ids": list(ids)})}


async def get(database: Database, user_id: UUID) -> UserRow | None:
    return (await load(database, [user_id])).get(user_id)
