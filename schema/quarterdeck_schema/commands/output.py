"""What `commandOutput` sends."""

from dataclasses import field
from typing import Annotated

import strawberry

from quarterdeck.application.frames import FrameKind
from quarterdeck_schema.commands.types import Command
from quarterdeck_schema.scalars import Base64, Long


@strawberry.type(description="`frames`-free for speed: one chunk is one kind. `offset` is that of its first byte.")
class OutputChunk:
    kind: FrameKind
    offset: Long
    time_us: Long
    data: Base64
    encoded: strawberry.Private[dict[object, str]] = field(default_factory=dict[object, str])
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
    offset: Long
    command: Command


CommandOutputMessage = Annotated[OutputChunk | CaughtUp | OutputEnd, strawberry.union("CommandOutputMessage")]
