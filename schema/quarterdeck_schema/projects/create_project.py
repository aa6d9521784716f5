"""Registering a repository."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.projects.shown import shown_project
from quarterdeck_schema.projects.types import Project
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class CreateProjectInput:
    repository: str
    name: str | None = strawberry.UNSET
    default_branch: str | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class CreateProjectPayload:
    project_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def project(self, info: Info) -> Project:
        return await shown_project(info, self.project_id, self.position)


CreateProjectResult = Annotated[CreateProjectPayload | Failure, strawberry.union("CreateProjectResult")]


@strawberry.type
class CreateProjectMutation:
    @mutation("project:write")
    async def create_project(self, info: Info, input: CreateProjectInput) -> CreateProjectResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.projects.create(
            info.context.caller,
            repository=input.repository,
            name=given(input.name),
            default_branch=given(input.default_branch),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return CreateProjectPayload(project_id=outcome.subject_id, position=Long(outcome.position))
