"""Giving a claim back."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import CLAIM, FORCE, FROM_SESSION, by
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class ReleaseTaskInput:
    task_id: strawberry.ID
    claim: int | None = strawberry.field(default=strawberry.UNSET, description=CLAIM)
    reason: str | None = strawberry.UNSET
    force: bool = strawberry.field(default=False, description=FORCE)
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ReleaseTaskPayload(TaskPayload):
    pass


ReleaseTaskResult = Annotated[ReleaseTaskPayload | Failure, strawberry.union("ReleaseTaskResult")]


@strawberry.type
class ReleaseTaskMutation:
    @mutation("task:write")
    async def release_task(self, info: Info, input: ReleaseTaskInput) -> ReleaseTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.release(
            by(info, input),
            ids.decode_as("Task", input.task_id, "taskId"),
            number=given(input.claim),
            reason=given(input.reason) or "",
            force=input.force,
        )
        return answer(ReleaseTaskPayload, outcome)
