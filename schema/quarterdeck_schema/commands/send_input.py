"""Writing to a command."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.commands.shown import shown_command
from quarterdeck_schema.commands.types import Command
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Base64


@strawberry.input
class SendInputInput:
    command_id: strawberry.ID
    data: Base64
    end: bool | None = False
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SendInputPayload:
    command_id: strawberry.Private[UUID]
    position: strawberry.Private[int]

    @strawberry.field
    async def command(self, info: Info) -> Command:
        return await shown_command(info, self.command_id, self.position)


SendInputResult = Annotated[SendInputPayload | Failure, strawberry.union("SendInputResult")]


@strawberry.type
class SendInputMutation:
    @mutation("session:write")
    async def send_input(self, info: Info, input: SendInputInput) -> SendInputResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.commands.send_input(
            info.context.caller,
            ids.decode_as("Command", input.command_id, "commandId"),
            input.data,
            end=bool(input.end),
        )
        return SendInputPayload(command_id=outcome.subject_id, position=outcome.position)
