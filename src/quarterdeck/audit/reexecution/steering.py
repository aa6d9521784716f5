"""A command steered as it was in the record: its input, sizes and signals, and its end where somebody ended it."""

import asyncio
import struct
import time
from contextlib import suppress
from dataclasses import dataclass

from quarterdeck.application.frames import RESIZE
from quarterdeck.audit.reexecution.recorded import Recorded
from quarterdeck_cli import ids
from quarterdeck_cli.api.commands import (
    Terminal,
    cancel_command,
    resize_command,
    send_input,
    signal_command,
)
from quarterdeck_cli.api.transcripts import Frame, frames
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ServerFailure
from quarterdeck_cli.running.follow import Following

STEERED = frozenset({"INPUT", "RESIZE", "SIGNAL"})
PATIENCE_SECONDS = 1.0
"""Beyond the recorded time, where the output that came before in the record does not come."""


class Printed:
    """Where the output goes: nowhere but its length, since it is read from the transcript once that is whole."""

    def __init__(self) -> None:
        self._end = 0
        self._grown = asyncio.Event()

    async def write(self, frame: Frame) -> None:
        """Takes one frame."""
        self._end = max(self._end, frame.end)
        self._grown.set()

    async def reached(self, offset: int) -> None:
        """Returns when so much is printed."""
        while self._end < offset:
            self._grown.clear()
            await self._grown.wait()


@dataclass
class Steering:
    client: Client
    command: Recorded
    following: Following
    printed: Printed

    async def run(self) -> None:
        """Until all is sent that was sent, or the command has ended."""
        await self.following.started.wait()
        begun = time.monotonic()
        with suppress(ServerFailure):  # it has ended before
            await self._steer(begun)
            if self.command.terminal is None:
                await send_input(self.client, self.following.command.id, b"", end=True)
            if self.command.cancelled and self.command.finish:
                await asyncio.sleep(begun + self.command.finish.wall_ms / 1000 - time.monotonic())
                await cancel_command(self.client, self.following.command.id)

    async def _steer(self, begun: float) -> None:
        async for frame in frames(self.client, ids.global_id("Command", self.command.id)):
            if frame.kind in STEERED:
                await self._reached(frame, begun)
                await self._again(frame)

    async def _reached(self, frame: Frame, begun: float) -> None:
        """Once it has printed as much as before, or it seems that it will not."""
        due = begun + frame.time_us / 1e6 - time.monotonic()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.printed.reached(frame.offset), max(due, 0.0) + PATIENCE_SECONDS)

    async def _again(self, frame: Frame) -> None:
        own = self.following.command.id
        match frame.kind:
            case "INPUT":
                await send_input(self.client, own, frame.data)
            case "RESIZE":
                with suppress(struct.error):
                    await resize_command(self.client, own, Terminal(*RESIZE.unpack(frame.data)))
            case _:
                await signal_command(self.client, own, frame.data.decode("ascii", "replace"))
