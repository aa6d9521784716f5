"""Asking for projects."""

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_project
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.projects.types import Project, project_of
from quarterdeck_schema.requires import query


@strawberry.type
class ProjectQueries:
    @query("project:read")
    async def project(self, info: Info, id: strawberry.ID) -> Project | None:  # noqa: A002 - the argument's name
        row = await visible_project(info.context, ids.decode_as("Project", id, "id"))
        return None if row is None else project_of(row)

    @query("project:read")
    async def projects(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Connection[Project]:
        rows = info.context.window(first, after)
        page = await info.context.services.reads.list_projects(info.context.visible_to, rows)
        return connect(page, project_of)
