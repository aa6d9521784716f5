"""A project right after a mutation."""

from uuid import UUID

from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown
from quarterdeck_schema.projects.types import Project, project_of


async def shown_project(info: Info, project_id: UUID, position: int) -> Project:
    return await shown(
        info, Project, project_id, info.context.project, project_of, position=position, projection="projects"
    )
