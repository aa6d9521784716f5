"""Who may see and change which project."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.domain.project import Role
from quarterdeck_projections.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRow:
    project_id: UUID
    user_id: UUID
    role: Role


def _member(project_id: UUID, user_id: UUID, role: str) -> MemberRow:
    return MemberRow(project_id=project_id, user_id=user_id, role=Role(role))


async def roles(database: Database, user_id: UUID) -> dict[UUID, Role]:
    """The user's role in each project that is theirs to see."""
    query = "SELECT project_id, user_id, role FROM read.members WHERE user_id = %(user)s"
    return {row.project_id: row.role for row in await database.rows(_member, query, {"user": user_id})}


async def load(database: Database, project_ids: Collection[UUID]) -> dict[UUID, list[MemberRow]]:
    """The members of each project."""
    query = "SELECT project_id, user_id, role FROM read.members WHERE project_id = ANY(%(ids)s) ORDER BY user_id"
    found: dict[UUID, list[MemberRow]] = {project_id: [] for project_id in project_ids}
    for row in await database.rows(_member, query, {"ids": list(project_ids)}):
        found[row.project_id].append(row)
    return found
