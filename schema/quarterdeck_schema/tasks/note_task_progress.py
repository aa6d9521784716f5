"""Noting how a task goes on."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FROM_SESSION, by
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.input
class NoteTaskProgressInput:
    task_id: strawberry.ID
    text: str
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class NoteTaskProgressPayload(TaskPayload):
    pass


NoteTaskProgressResult = Annotated[NoteTaskProgressPayload | Failure, strawberry.union("NoteTaskProgressResult")]


@strawberry.type
class NoteTaskProgressMutation:
    @mutation("task:write")
    async def note_task_progress(self, info: Info, input: NoteTaskProgressInput) -> NoteTaskProgressResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.tasks.note(
            by(info, input), ids.decode_as("Task", input.task_id, "taskId"), input.text
        )
        return answer(NoteTaskProgressPayload, outcome)
