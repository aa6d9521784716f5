"""A project, as the API shows it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from quarterdeck.domain.persona import is_name, persona_id
from quarterdeck.domain.project import Role
from quarterdeck_projections.queries.members import MemberRow
from quarterdeck_projections.queries.projects import ProjectRow
from quarterdeck_projections.states import SessionState
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.personas.types import Persona, persona_of
from quarterdeck_schema.projects.settings import ProjectSettings, shown_settings
from quarterdeck_schema.requires import check_scope, described
from quarterdeck_schema.task_files.types import TaskSync, sync_of

if TYPE_CHECKING:
    from quarterdeck_schema.sessions.types import Session


strawberry.enum(
    Role, name="ProjectRole", description="What a member may do: look, run sessions, or change the project."
)


@strawberry.type
class ProjectMember:
    user_id: strawberry.ID
    role: Role
    row: strawberry.Private[MemberRow]

    @strawberry.field
    async def name(self, info: Info) -> str:
        return await info.context.user_name(self.row.user_id) or ""


@strawberry.type
class Project(Node):
    row: strawberry.Private[ProjectRow]
    name: str
    repository: str
    default_branch: str
    archived: bool
    created_at: datetime
    settings: ProjectSettings

    @strawberry.field
    async def sessions(
        self,
        info: Info,
        state: list[SessionState] | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Annotated["Session", strawberry.lazy("quarterdeck_schema.sessions.types")]]:
        from quarterdeck_schema.sessions.types import session_of

        check_scope(info.context, "session:read")
        page = await info.context.services.reads.list_sessions(
            None, info.context.window(first, after), project_id=self.row.id, states=state or ()
        )
        return connect(page, session_of)

    @described("Who may see it, in the order in which they came to Quarterdeck.")
    async def members(self, info: Info) -> list[ProjectMember]:
        return [
            ProjectMember(user_id=ids.encode("User", each.user_id), role=each.role, row=each)
            for each in await info.context.project_members(self.row.id)
        ]

    @described("How its task files stand with the log.")
    async def task_sync(self, info: Info) -> TaskSync:
        check_scope(info.context, "task:read")
        return sync_of(await info.context.task_files(self.row.id), self.row.settings)

    @strawberry.field
    async def personas(
        self,
        info: Info,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        retired: Annotated[bool, strawberry.argument(description="With those that are retired.")] = False,  # noqa: FBT002 - an argument of the schema
    ) -> Connection[Persona]:
        page = await info.context.services.reads.list_personas(
            self.row.id, info.context.window(first, after), retired=retired
        )
        return connect(page, persona_of)

    @strawberry.field
    async def persona(self, info: Info, name: str) -> Persona | None:
        row = await info.context.persona(persona_id(self.row.id, name)) if is_name(name) else None
        return None if row is None else persona_of(row)


def project_of(row: ProjectRow) -> Project:
    return Project(
        id=ids.encode("Project", row.id),
        row=row,
        name=row.name,
        repository=row.repository,
        default_branch=row.default_branch,
        archived=row.archived,
        created_at=row.created_at,
        settings=shown_settings(row.settings),
    )
