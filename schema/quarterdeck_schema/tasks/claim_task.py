"""Claiming a task."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FROM_SESSION, by, lease_of
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class ClaimTaskInput:
    task_id: strawberry.ID
    lease_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="10 seconds to 7 days; half an hour by default."
    )
    force: bool = strawberry.field(default=False, description="Although what it waits for is not done.")
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ClaimTaskPayload(TaskPayload):
    pass


ClaimTaskResult = Annotated[ClaimTaskPayload | Failure, strawberry.union("ClaimTaskResult")]


@strawberry.type
class ClaimTaskMutation:
    @mutation(
        "task:write",
        "The caller alone holds it until the lease runs out. If another does, a CONFLICT says who and until when.",
    )
    async def claim_task(self, info: Info, input: ClaimTaskInput) -> ClaimTaskResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.claim(
            by(info, input),
            ids.decode_as("Task", input.task_id, "taskId"),
            lease_of(input.lease_seconds),
            force=input.force,
        )
        return answer(ClaimTaskPayload, outcome)
