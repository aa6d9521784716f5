"""A command right after a mutation."""

from uuid import UUID

from quarterdeck_schema.commands.types import Command, command_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown


async def shown_command(info: Info, command_id: UUID, position: int) -> Command:
    return await shown(
        info, Command, command_id, info.context.command, command_of, position=position, projection="commands"
    )
