"""Sending a signal to a command."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.commands.shown import shown_command
from quarterdeck_schema.commands.types import Command
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class SignalCommandInput:
    command_id: strawberry.ID
    signal: str
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SignalCommandPayload:
    command_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def command(self, info: Info) -> Command:
        return await shown_command(info, self.command_id, self.position)


SignalCommandResult = Annotated[SignalCommandPayload | Failure, strawberry.union("SignalCommandResult")]


@strawberry.type
class SignalCommandMutation:
    @mutation("session:write")
    async def signal_command(self, info: Info, input: SignalCommandInput) -> SignalCommandResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.commands.signal(
            info.context.caller,
            ids.decode_as("Command", input.command_id, "commandId"),
            input.signal,
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SignalCommandPayload(command_id=outcome.subject_id, position=Long(outcome.position))
