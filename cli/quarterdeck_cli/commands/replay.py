"""qd replay: a recorded command, played in its own time."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from quarterdeck_cli import erased_words, resolve
from quarterdeck_cli.api.commands import CommandDetails, command
from quarterdeck_cli.api.erased_output import ErasedStretch, erased_stretches
from quarterdeck_cli.api.transcripts import Frame, frames
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, closed_output
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running import terminal
from quarterdeck_cli.running.sinks import STDOUT, JsonSink, write_all, write_now
from quarterdeck_cli.text import plain
from quarterdeck_cli.times import into
from quarterdeck_cli.transcript.playback import Player, Timeline

MOST_DIGITS = 18

Which = Annotated[str, typer.Argument(metavar="COMMAND", help="A command's id, or the end of it.")]
Speed = Annotated[float, typer.Option("--speed", metavar="FACTOR", help="2 plays in half the time.")]
Idle = Annotated[float | None, typer.Option("--idle", metavar="SECONDS", help="No pause of the record lasts longer.")]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="PLACE", help="Begin at an offset in the output (1692) or a time (1:23 or 90s)."),
]


@dataclass(frozen=True)
class Place:
    """Where to begin: an offset in the output, and microseconds since the command started."""

    offset: int = 0
    time_us: int = 0


async def replay(
    qd: Qd, which: Which, *, begin: From = None, speed: Speed = 1.0, idle: Idle = None, as_json: Json = False
) -> int:
    """Play a command's recorded output with its timing.

    What would steer this terminal beyond text, colours and the cursor is left out. Ctrl-C ends it.
    With --from nothing of what was printed before is shown, so a program that draws on the whole screen is seen as far
    as it draws anew; `qd search` finds offsets. With --json each line is one frame, in base64, in its time.
    """
    try:
        timeline = Timeline(speed, idle)
    except ValueError as error:
        raise UsageError(f"It cannot be played so: {error}.", "Try --speed 4 --idle 2.") from error
    place = _place(begin) if begin else None
    client = await qd.client()
    found = await command(client, await resolve.command_id(client, which))
    erased = await erased_stretches(client, found.id) if found.ended else ()
    try:
        if as_json:
            shown = await _play(client, found.id, timeline, place, JsonSink().write)
        else:
            shown = await _show(qd, client, found, timeline, place, erased)
    except BrokenPipeError:
        return closed_output()
    for sentence in erased_words.sentences(erased if as_json else ()):
        qd.out.note(sentence)
    if place and not shown:
        qd.out.note("Nothing was printed from there on.")
    if not found.ended:
        qd.out.note("The command still runs: this is what was recorded of it so far.")
    return 0


def _place(text: str) -> Place:
    if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return Place(offset=int(text))
    if (seconds := into(text)) is not None:
        return Place(time_us=int(seconds * 1_000_000))
    raise UsageError(
        f"{plain(text)[:60]!r} is no place in a command's output.", "Give an offset, 1692, or a time, 1:23."
    )


async def _play(
    client: Client,
    command_id: str,
    timeline: Timeline,
    place: Place | None,
    show: Callable[[Frame], Awaitable[None]],
) -> bool:
    """Whether there was anything to show."""
    clock, shown = asyncio.get_running_loop(), False
    start = clock.time()
    async for frame in frames(client, command_id, place.offset if place else 0):
        if place and frame.time_us < place.time_us:
            continue
        if place and not shown:
            timeline.begin(frame)
            start = clock.time()
        shown = True
        await asyncio.sleep(start + timeline.due(frame) - clock.time())
        await show(frame)
    return shown


async def _show(
    qd: Qd,
    client: Client,
    found: CommandDetails,
    timeline: Timeline,
    place: Place | None,
    erased: Sequence[ErasedStretch],
) -> bool:
    _say_what_does_not_fit(qd, found)
    player = Player(0, erased) if place is None else None

    async def show(frame: Frame) -> None:
        nonlocal player
        player = player or Player(frame.offset, [each for each in erased if each.until > frame.offset])
        await write_all(STDOUT, player.show(frame))

    try:
        return await _play(client, found.id, timeline, place, show)
    finally:
        if player and os.isatty(STDOUT):
            write_now(STDOUT, player.finish())


def _say_what_does_not_fit(qd: Qd, found: CommandDetails) -> None:
    here, there = terminal.size(), found.terminal
    if there and (there.columns > here.columns or there.rows > here.rows):
        qd.out.note(
            f"It was recorded on {there.columns} x {there.rows} characters; here are {here.columns} x {here.rows}."
        )
