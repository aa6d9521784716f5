"""A command's output as it is printed: exact, in order, once, whatever happens to the connection."""

import base64
import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from quarterdeck_cli.api.commands import Command
from quarterdeck_cli.api.transcripts import OUTPUT_KINDS, Frame
from quarterdeck_cli.client import Client, Json
from quarterdeck_cli.resume import Cursor, Subscription, resuming


@dataclass(frozen=True)
class CaughtUp:
    """What was recorded has been sent; what follows is live."""


@dataclass
class OutputStream:
    """`received` is the offset reached: all output before it was handed out."""

    client: Client
    command_id: str
    say: Callable[[str], None]
    received: int = 0
    complete: bool = False
    live: bool = False
    """All that is recorded has come, and the connection stands."""
    missing: int = 0
    """Output bytes that are lost at the server."""
    _from_start: bool = field(init=False)
    _gap_told: bool = field(default=False, init=False)
    _digest: Any = field(default_factory=hashlib.sha256, init=False)

    def __post_init__(self) -> None:
        self._from_start = self.received == 0

    async def messages(self) -> AsyncGenerator[Frame | CaughtUp]:
        """Frames from `received` on, none twice; ends when the output is complete."""
        cursor = Cursor(self.received, on_cut=self._cut)
        subscription = Subscription("command_output", {"commandId": self.command_id})
        async with aclosing(resuming(self.client, subscription, cursor, self.say)) as stream:
            async for message in stream:
                match message["__typename"]:
                    case "OutputChunk":
                        frame = self._take(_frame(message))
                        if frame is not None:
                            yield frame
                    case "CaughtUp":
                        self.live = True
                        yield CaughtUp()
                    case "OutputEnd":
                        self._skip_to(int(message["offset"]))
                        self.complete = True
                        return
                    case _:
                        continue
                cursor.after = self.received

    def matches(self, command: Command) -> bool | None:
        """Whether what came is what was recorded; None where that cannot be told."""
        if command.output_sha256 is None or command.output_bytes is None or not self._from_start:
            return None
        return self.received == command.output_bytes and self.digest == command.output_sha256

    @property
    def digest(self) -> str:
        """SHA-256 of what came, in hex."""
        return str(self._digest.hexdigest())

    def _cut(self) -> None:
        self.live = False

    def _take(self, frame: Frame) -> Frame | None:
        """The part of the frame that is new. A jump in the offsets is a loss, and said."""
        if frame.kind not in OUTPUT_KINDS:
            if frame.kind == "GAP":
                self.say(f"Output is lost here: {frame.data.decode(errors='replace')}")
                self._gap_told = True
            return frame
        if frame.end <= self.received:
            return None
        if frame.offset < self.received:
            known = self.received - frame.offset
            frame = Frame(frame.kind, self.received, frame.time_us, frame.data[known:])
        self._skip_to(frame.offset)
        self.received = frame.end
        self._digest.update(frame.data)
        return frame

    def _skip_to(self, offset: int) -> None:
        if offset <= self.received:
            return
        lost = offset - self.received
        if not self._gap_told:
            self.say(f"{lost:,} bytes of output are missing.")
        self._gap_told = False
        self.missing += lost
        self.received = offset


def _frame(message: Json) -> Frame:
    data = base64.b64decode(message["data"])
    return Frame(str(message["kind"]), int(message["offset"]), int(message["timeUs"]), data)
