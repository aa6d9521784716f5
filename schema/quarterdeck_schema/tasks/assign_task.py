"""Saying who is to do a task."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FORCE, FROM_SESSION, by
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class AssignTaskInput:
    task_id: strawberry.ID
    owner: str | None = strawberry.field(default=None, description="A member's name or id, or `me`; null: nobody.")
    force: bool = strawberry.field(default=False, description=FORCE)
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class AssignTaskPayload(TaskPayload):
    pass


AssignTaskResult = Annotated[AssignTaskPayload | Failure, strawberry.union("AssignTaskResult")]


@strawberry.type
class AssignTaskMutation:
    @mutation("task:write")
    async def assign_task(self, info: Info, input: AssignTaskInput) -> AssignTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.assign(
            by(info, input), ids.decode_as("Task", input.task_id, "taskId"), input.owner, force=input.force
        )
        return answer(AssignTaskPayload, outcome)
