"""Writing a task down."""

from dataclasses import replace
from typing import Annotated

import strawberry

from quarterdeck.domain.task_fields import TaskFields, changed
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FROM_SESSION, TaskChangesInput, by, changes_of
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class CreateTaskInput:
    project_id: strawberry.ID
    title: str
    fields: TaskChangesInput | None = strawberry.field(
        default=strawberry.UNSET, description="What else is to be said. The title is that beside it."
    )
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class CreateTaskPayload(TaskPayload):
    pass


CreateTaskResult = Annotated[CreateTaskPayload | Failure, strawberry.union("CreateTaskResult")]


@strawberry.type
class CreateTaskMutation:
    @mutation("task:write", "It has the project's next number.")
    async def create_task(self, info: Info, input: CreateTaskInput) -> CreateTaskResult:  # noqa: A002 - the argument's name
        more = changes_of(input.fields) if input.fields else changes_of(TaskChangesInput())
        outcome = await info.context.services.tasks.create(
            by(info, input),
            ids.decode_as("Project", input.project_id, "projectId"),
            changed(TaskFields(title=input.title), replace(more, title=None)),
        )
        return answer(CreateTaskPayload, outcome)
