"""What `commandOutput` sends."""

from dataclasses import field
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.application.frames import FrameKind
from quarterdeck_schema.commands.shown import shown_command
from quarterdeck_schema.commands.types import Command
from quarterdeck_schema.context import Info
from quarterdeck_schema.scalars import Base64, Long


@strawberry.type(description="`frames`-free for speed: one chunk is one kind. `offset` is that of its first byte.")
class OutputChunk:
    kind: FrameKind
    offset: Long
    time_us: Long
    data: Base64
    encoded: strawberry.Private[dict[object, bytes]] = field(default_factory=dict[object, bytes])
    """The chunk as JSON by the plan it was encoded with: shared by all subscribers that share the document."""


@strawberry.type
class CaughtUp:
    offset: Long


@strawberry.type(
    description=(
        "Output is complete at `offset`; the command's end follows in the log within moments "
        "(query `command(waitFor)`)."
    )
)
class OutputEnd:
    command_id: strawberry.Private[UUID]
    offset: Long

    @strawberry.field
    async def command(self, info: Info) -> Command:
        return await shown_command(info, self.command_id, 0)


CommandOutputMessage = Annotated[OutputChunk | CaughtUp | OutputEnd, strawberry.union("CommandOutputMessage")]
