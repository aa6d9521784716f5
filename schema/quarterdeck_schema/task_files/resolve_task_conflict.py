"""Deciding what both a task's file and the log have changed."""

from enum import StrEnum
from typing import Annotated, Any, cast

import orjson
import strawberry

from quarterdeck.application.task_files import Decision
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.task_conflicts import Choice, FieldValue
from quarterdeck.task_document.values import Field
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.tasks.inputs import FORCE, FROM_SESSION, by
from quarterdeck_schema.tasks.shown import TaskPayload, answer


@strawberry.enum(name="TaskConflictChoice")
class Take(StrEnum):
    FILE = "file"
    LOG = "log"
    VALUE = "value"


@strawberry.input
class ResolveTaskConflictInput:
    task_id: strawberry.ID
    field: Field | None = strawberry.field(
        default=strawberry.UNSET, description="Left out: the task itself, which was taken out of the file."
    )
    take: Take
    value: str | None = strawberry.field(
        default=strawberry.UNSET, description="With VALUE: what both sides get, as JSON text."
    )
    force: bool = strawberry.field(default=False, description=FORCE)
    session_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=FROM_SESSION)
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ResolveTaskConflictPayload(TaskPayload):
    pass


ResolveTaskConflictResult = Annotated[
    ResolveTaskConflictPayload | Failure, strawberry.union("ResolveTaskConflictResult")
]


@strawberry.type
class ResolveTaskConflictMutation:
    @mutation("task:write")
    async def resolve_task_conflict(
        self,
        info: Info,
        input: ResolveTaskConflictInput,  # noqa: A002 - the argument's name
    ) -> ResolveTaskConflictResult:
        decision = Decision(
            field=given(input.field), choice=Choice(input.take.value), value=_value(input), force=input.force
        )
        outcome = await info.context.services.task_files.resolve(
            by(info, input), ids.decode_as("Task", input.task_id, "taskId"), decision
        )
        return answer(ResolveTaskConflictPayload, outcome)


def _value(asked: ResolveTaskConflictInput) -> FieldValue:
    text = given(asked.value)
    if asked.take is not Take.VALUE:
        return None
    if text is None:
        raise InvalidInputError("There is no value to take.", "Give it as JSON text.", field="value")
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidInputError(
            "The value is no JSON text.", 'Write it as in "\\"a title\\"".', field="value"
        ) from None
    if isinstance(value, list):
        found = cast("list[object]", value)
        if all(isinstance(each, str | int) for each in found):
            return cast("tuple[str | int, ...]", tuple(found))
    if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
        return value
    raise InvalidInputError("The value is no text, number or list of these.", "Give one of them.", field="value")
