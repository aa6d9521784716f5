"""Renewing a claim."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import CLAIM, FROM_SESSION, by, lease_of
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class RenewTaskInput:
    task_id: strawberry.ID
    lease_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="From now on; 10 seconds to 7 days, half an hour by default."
    )
    claim: int | None = strawberry.field(default=strawberry.UNSET, description=CLAIM)
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RenewTaskPayload(TaskPayload):
    pass


RenewTaskResult = Annotated[RenewTaskPayload | Failure, strawberry.union("RenewTaskResult")]


@strawberry.type
class RenewTaskMutation:
    @mutation("task:write", "A claim that has run out is not renewed: claim the task again.")
    async def renew_task(self, info: Info, input: RenewTaskInput) -> RenewTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.renew(
            by(info, input),
            ids.decode_as("Task", input.task_id, "taskId"),
            lease_of(input.lease_seconds),
            number=given(input.claim),
        )
        return answer(RenewTaskPayload, outcome)
