"""Marking what happened in a project as read."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.away.types import ReadMark, mark_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class MarkReadInput:
    project_id: strawberry.ID
    position: Long
    back: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Also where more was read already: it counts as unread again."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class MarkReadPayload:
    mark: ReadMark


MarkReadResult = Annotated[MarkReadPayload | Failure, strawberry.union("MarkReadResult")]


@strawberry.type
class MarkReadMutation:
    @mutation("event:read", "The caller has seen what happened up to a position. Never goes back unless asked to.")
    async def mark_read(self, info: Info, input: MarkReadInput) -> MarkReadResult:  # noqa: A002 - the argument's name
        mark = await info.context.services.readings.read(
            info.context.caller,
            ids.decode_as("Project", input.project_id, "projectId"),
            input.position,
            back=given(input.back) or False,
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return MarkReadPayload(mark=mark_of(mark))
