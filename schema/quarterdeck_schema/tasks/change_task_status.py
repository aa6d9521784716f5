"""Saying how far a task is."""

from typing import Annotated

import strawberry

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FORCE, FROM_SESSION, by
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class ChangeTaskStatusInput:
    task_id: strawberry.ID
    status: TaskStatus
    reason: str | None = strawberry.UNSET
    force: bool = strawberry.field(default=False, description=FORCE)
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ChangeTaskStatusPayload(TaskPayload):
    pass


ChangeTaskStatusResult = Annotated[ChangeTaskStatusPayload | Failure, strawberry.union("ChangeTaskStatusResult")]


@strawberry.type
class ChangeTaskStatusMutation:
    @mutation(
        "task:write",
        "CLAIMED comes with `claimTask`, BLOCKED with `blockTask`. What cannot follow is a CONFLICT that says why.",
    )
    async def change_task_status(self, info: Info, input: ChangeTaskStatusInput) -> ChangeTaskStatusResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.change_status(
            by(info, input),
            ids.decode_as("Task", input.task_id, "taskId"),
            input.status,
            reason=given(input.reason) or "",
            force=input.force,
        )
        return answer(ChangeTaskStatusPayload, outcome)
