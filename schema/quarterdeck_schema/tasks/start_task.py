"""Starting a session from a task."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.application.task_checks import By
from quarterdeck.application.task_starts import Opening
from quarterdeck.domain.limits import NOTHING_ASKED
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.projects.settings import LimitsInput, merged
from quarterdeck_schema.requires import check_scope, mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.shown import shown_session
from quarterdeck_schema.sessions.types import Session
from quarterdeck_schema.tasks.inputs import lease_of
from quarterdeck_schema.tasks.shown import TaskPayload


@strawberry.input
class StartTaskInput:
    task_id: strawberry.ID
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Branch, tag or commit; the project's branch by default."
    )
    title: str | None = strawberry.field(default=strawberry.UNSET, description="By default the task's.")
    limits: LimitsInput | None = strawberry.field(
        default=strawberry.UNSET, description="Of each limit the strictest holds, as in openSession."
    )
    persona: str | None = strawberry.field(
        default=strawberry.UNSET, description="One of the project's, by its name, as it is now."
    )
    lease_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="Of the claim, which is renewed while the session lives."
    )
    force: bool = strawberry.field(default=False, description="Although what it waits for is not done.")
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class StartTaskPayload(TaskPayload):
    session_id: strawberry.Private[UUID]

    @strawberry.field
    async def session(self, info: Info) -> Session:
        return await shown_session(info, self.session_id, self.position)


StartTaskResult = Annotated[StartTaskPayload | Failure, strawberry.union("StartTaskResult")]


@strawberry.type
class StartTaskMutation:
    @mutation(
        "task:write",
        "Opens a session that works on the task, claims the task for the caller and sets it in progress: all of it or "
        "nothing. Needs the scope session:write as well.",
    )
    async def start_task(self, info: Info, input: StartTaskInput) -> StartTaskResult:  # noqa: A002 - the argument's name
        check_scope(info.context, "session:write")
        task_id = ids.decode_as("Task", input.task_id, "taskId")
        outcome = await info.context.services.task_starts.start(
            By(caller=info.context.caller, key=idempotency_key(info, input, input.idempotency_key)),
            task_id,
            Opening(
                ref=given(input.ref),
                title=given(input.title),
                limits=merged(NOTHING_ASKED, input.limits) if input.limits else NOTHING_ASKED,
                persona=given(input.persona),
            ),
            lease_of(input.lease_seconds),
            force=input.force,
        )
        return StartTaskPayload(task_id=task_id, session_id=outcome.subject_id, position=Long(outcome.position))
