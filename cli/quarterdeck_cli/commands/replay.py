"""qd replay: a recorded command, played in its own time."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.api.commands import CommandDetails, command
from quarterdeck_cli.api.transcripts import Frame, frames
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, closed_output
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running import terminal
from quarterdeck_cli.running.sinks import STDOUT, JsonSink, write_all, write_now
from quarterdeck_cli.transcript.playback import Player, Timeline

Which = Annotated[str, typer.Argument(metavar="COMMAND", help="A command's id, or the end of it.")]
Speed = Annotated[float, typer.Option("--speed", metavar="FACTOR", help="2 plays in half the time.")]
Idle = Annotated[float | None, typer.Option("--idle", metavar="SECONDS", help="No pause of the record lasts longer.")]


async def replay(qd: Qd, which: Which, *, speed: Speed = 1.0, idle: Idle = None, as_json: Json = False) -> int:
    """Play a command's recorded output with its timing.

    What would steer this terminal beyond text, colours and the cursor is left out. Ctrl-C ends it.
    With --json each line is one frame, in base64, in its time.
    """
    try:
        timeline = Timeline(speed, idle)
    except ValueError as error:
        raise UsageError(f"It cannot be played so: {error}.", "Try --speed 4 --idle 2.") from error
    client = await qd.client()
    found = await command(client, await resolve.command_id(client, which))
    try:
        if as_json:
            await _play(client, found.id, timeline, JsonSink().write)
        else:
            await _show(qd, client, found, timeline)
    except BrokenPipeError:
        return closed_output()
    if not found.ended:
        qd.out.note("The command still runs: this is what was recorded of it so far.")
    return 0


async def _play(client: Client, command_id: str, timeline: Timeline, show: Callable[[Frame], Awaitable[None]]) -> None:
    clock = asyncio.get_running_loop()
    start = clock.time()
    async for frame in frames(client, command_id):
        await asyncio.sleep(start + timeline.due(frame) - clock.time())
        await show(frame)


async def _show(qd: Qd, client: Client, found: CommandDetails, timeline: Timeline) -> None:
    _say_what_does_not_fit(qd, found)
    player = Player()
    try:
        await _play(client, found.id, timeline, lambda frame: write_all(STDOUT, player.show(frame)))
    finally:
        if os.isatty(STDOUT):
            write_now(STDOUT, player.finish())


def _say_what_does_not_fit(qd: Qd, found: CommandDetails) -> None:
    here, there = terminal.size(), found.terminal
    if there and (there.columns > here.columns or there.rows > here.rows):
        qd.out.note(
            f"It was recorded on {there.columns} x {there.rows} characters; here are {here.columns} x {here.rows}."
        )
