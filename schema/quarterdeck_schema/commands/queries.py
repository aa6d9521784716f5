"""Asking for commands."""

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_command
from quarterdeck_schema.arguments import given
from quarterdeck_schema.commands.types import Command, command_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long


@strawberry.type
class CommandQueries:
    @query("session:read")
    async def command(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
        wait_for: Long | None = strawberry.UNSET,
    ) -> Command | None:
        command_id = ids.decode_as("Command", id, "id")
        if (position := given(wait_for)) is not None:
            await info.context.services.reads.wait_for(position, "commands")
        row = await visible_command(info.context, command_id)
        return None if row is None else command_of(row)
