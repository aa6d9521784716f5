"""Resizing the terminal of a command."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.command import Terminal
from quarterdeck_schema import ids
from quarterdeck_schema.commands.inputs import TerminalInput
from quarterdeck_schema.commands.shown import shown_command
from quarterdeck_schema.commands.types import Command
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class ResizeCommandInput:
    command_id: strawberry.ID
    terminal: TerminalInput
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ResizeCommandPayload:
    command_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def command(self, info: Info) -> Command:
        return await shown_command(info, self.command_id, self.position)


ResizeCommandResult = Annotated[ResizeCommandPayload | Failure, strawberry.union("ResizeCommandResult")]


@strawberry.type
class ResizeCommandMutation:
    @mutation("session:write")
    async def resize_command(self, info: Info, input: ResizeCommandInput) -> ResizeCommandResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.commands.resize(
            info.context.caller,
            ids.decode_as("Command", input.command_id, "commandId"),
            Terminal(columns=input.terminal.columns, rows=input.terminal.rows),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return ResizeCommandPayload(command_id=outcome.subject_id, position=Long(outcome.position))
