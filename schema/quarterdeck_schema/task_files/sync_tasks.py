"""Bringing a project's task files and the log together now."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.application.task_checks import By
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.projects.shown import shown_project
from quarterdeck_schema.projects.types import Project
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class SyncTasksInput:
    project_id: strawberry.ID
    removals: bool = strawberry.field(
        default=False, description="Tasks that are gone from the files are dropped, however many they are."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SyncTasksPayload:
    project_id: strawberry.Private[UUID]
    request: Long = strawberry.field(description="It is done when `project.taskSync.answered` has come so far.")
    position: Long

    @strawberry.field
    async def project(self, info: Info) -> Project:
        return await shown_project(info, self.project_id, self.position)


SyncTasksResult = Annotated[SyncTasksPayload | Failure, strawberry.union("SyncTasksResult")]


@strawberry.type
class SyncTasksMutation:
    @mutation("task:write", "Asks for it; a conductor does it.")
    async def sync_tasks(self, info: Info, input: SyncTasksInput) -> SyncTasksResult:  # noqa: A002 - the argument's name
        project_id = ids.decode_as("Project", input.project_id, "projectId")
        by = By(caller=info.context.caller, key=idempotency_key(info, input, input.idempotency_key))
        outcome = await info.context.services.task_files.request(by, project_id, removals=input.removals)
        return SyncTasksPayload(
            project_id=project_id, request=Long(outcome.state.asked), position=Long(outcome.position)
        )
