"""Changing what is written about a task."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FROM_SESSION, TaskChangesInput, by, changes_of
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class EditTaskInput:
    task_id: strawberry.ID
    changes: TaskChangesInput
    base: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The revision that was edited: a field that was changed since is a CONFLICT, others merge.",
    )
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class EditTaskPayload(TaskPayload):
    pass


EditTaskResult = Annotated[EditTaskPayload | Failure, strawberry.union("EditTaskResult")]


@strawberry.type
class EditTaskMutation:
    @mutation("task:write")
    async def edit_task(self, info: Info, input: EditTaskInput) -> EditTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.edit(
            by(info, input),
            ids.decode_as("Task", input.task_id, "taskId"),
            changes_of(input.changes),
            given(input.base),
        )
        return answer(EditTaskPayload, outcome)
