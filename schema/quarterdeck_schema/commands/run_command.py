"""Running a command."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.commands.inputs import EnvironmentVariable, TerminalInput, environment_of, terminal_of
from quarterdeck_schema.commands.shown import shown_command
from quarterdeck_schema.commands.types import Command
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class RunCommandInput:
    session_id: strawberry.ID
    text: str
    terminal: TerminalInput | None = strawberry.UNSET
    background: bool | None = False
    timeout_seconds: int | None = strawberry.UNSET
    environment: list[EnvironmentVariable] | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RunCommandPayload:
    command_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def command(self, info: Info) -> Command:
        return await shown_command(info, self.command_id, self.position)


RunCommandResult = Annotated[RunCommandPayload | Failure, strawberry.union("RunCommandResult")]


@strawberry.type
class RunCommandMutation:
    @mutation("session:write")
    async def run_command(self, info: Info, input: RunCommandInput) -> RunCommandResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.commands.run(
            info.context.caller,
            ids.decode_as("Session", input.session_id, "sessionId"),
            text=input.text,
            terminal=terminal_of(given(input.terminal)),
            background=bool(input.background),
            timeout_seconds=given(input.timeout_seconds),
            environment=environment_of(given(input.environment)),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RunCommandPayload(command_id=outcome.subject_id, position=Long(outcome.position))
