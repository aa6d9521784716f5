"""Changing a project's settings."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.projects.settings import ProjectSettingsInput, changed
from quarterdeck_schema.projects.shown import shown_project
from quarterdeck_schema.projects.types import Project
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class ChangeProjectSettingsInput:
    project_id: strawberry.ID
    settings: ProjectSettingsInput
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ChangeProjectSettingsPayload:
    project_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def project(self, info: Info) -> Project:
        return await shown_project(info, self.project_id, self.position)


ChangeProjectSettingsResult = Annotated[
    ChangeProjectSettingsPayload | Failure, strawberry.union("ChangeProjectSettingsResult")
]


@strawberry.type
class ChangeProjectSettingsMutation:
    @mutation("project:write")
    async def change_project_settings(
        self,
        info: Info,
        input: ChangeProjectSettingsInput,  # noqa: A002 - the argument's name
    ) -> ChangeProjectSettingsResult:
        outcome = await info.context.services.projects.change_settings(
            info.context.caller,
            ids.decode_as("Project", input.project_id, "projectId"),
            lambda settings: changed(settings, input.settings),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return ChangeProjectSettingsPayload(project_id=outcome.subject_id, position=Long(outcome.position))
