"""Following the output of a command."""

from collections.abc import AsyncIterator

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_command
from quarterdeck_schema.commands.output import CommandOutputMessage
from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import subscription
from quarterdeck_schema.scalars import START, Long


@strawberry.type
class CommandSubscriptions:
    @subscription(
        "session:read",
        (
            "Output from offset `after`: first what is recorded, then CaughtUp once, then live frames as they are "
            "printed, then OutputEnd, after which it completes."
        ),
    )
    async def command_output(
        self, info: Info, command_id: strawberry.ID, after: Long | None = START
    ) -> AsyncIterator[CommandOutputMessage]:
        identifier, start = ids.decode_as("Command", command_id, "commandId"), after or 0
        if start < 0:
            raise InvalidInputError(f"An offset is 0 or more, not {start}.", field="after")
        await watched_command(info.context, identifier)
        return info.context.services.output.follow(identifier, start)
