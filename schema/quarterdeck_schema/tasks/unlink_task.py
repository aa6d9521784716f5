"""Taking a task's link away."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FROM_SESSION, TaskTargetInput, by, link_of
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class UnlinkTaskInput:
    task_id: strawberry.ID
    target: TaskTargetInput
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class UnlinkTaskPayload(TaskPayload):
    pass


UnlinkTaskResult = Annotated[UnlinkTaskPayload | Failure, strawberry.union("UnlinkTaskResult")]


@strawberry.type
class UnlinkTaskMutation:
    @mutation("task:write")
    async def unlink_task(self, info: Info, input: UnlinkTaskInput) -> UnlinkTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.unlink(
            by(info, input), ids.decode_as("Task", input.task_id, "taskId"), link_of(input.target)
        )
        return answer(UnlinkTaskPayload, outcome)
