"""Linking a task to a session, a command or a commit."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FROM_SESSION, TaskTargetInput, by, link_of
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class LinkTaskInput:
    task_id: strawberry.ID
    target: TaskTargetInput
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class LinkTaskPayload(TaskPayload):
    pass


LinkTaskResult = Annotated[LinkTaskPayload | Failure, strawberry.union("LinkTaskResult")]


@strawberry.type
class LinkTaskMutation:
    @mutation("task:write")
    async def link_task(self, info: Info, input: LinkTaskInput) -> LinkTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.link(
            by(info, input), ids.decode_as("Task", input.task_id, "taskId"), link_of(input.target)
        )
        return answer(LinkTaskPayload, outcome)
