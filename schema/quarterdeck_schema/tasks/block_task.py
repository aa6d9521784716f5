"""Saying that a task cannot go on."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FORCE, FROM_SESSION, by
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class BlockTaskInput:
    task_id: strawberry.ID
    reason: str
    force: bool = strawberry.field(default=False, description=FORCE)
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class BlockTaskPayload(TaskPayload):
    pass


BlockTaskResult = Annotated[BlockTaskPayload | Failure, strawberry.union("BlockTaskResult")]


@strawberry.type
class BlockTaskMutation:
    @mutation("task:write")
    async def block_task(self, info: Info, input: BlockTaskInput) -> BlockTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.block(
            by(info, input), ids.decode_as("Task", input.task_id, "taskId"), input.reason, force=input.force
        )
        return answer(BlockTaskPayload, outcome)
