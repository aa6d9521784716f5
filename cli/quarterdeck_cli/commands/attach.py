"""qd attach: the output of a command that runs, or has run."""

import os
from typing import Annotated

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.api.commands import command
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.command_line import Json, closed_output
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running import terminal
from quarterdeck_cli.running.attend import attend, attend_in_terminal, terminal_notes
from quarterdeck_cli.running.follow import Following
from quarterdeck_cli.running.output_stream import OutputStream
from quarterdeck_cli.running.sinks import (
    STDOUT,
    CleanSink,
    ExactSink,
    JsonSink,
    LiveOnly,
    RecordedThenLive,
    Sink,
    end_as_json,
)

Which = Annotated[str, typer.Argument(metavar="COMMAND", help="A command's id, or the end of it.")]
Live = Annotated[bool, typer.Option("--live", help="Only what it prints from now on.")]
ReadOnly = Annotated[
    bool, typer.Option("--read-only", help="Look on: send no keys, and keep this terminal safe from it.")
]
DetachKey = Annotated[str, typer.Option("--detach-key", metavar="KEY", help="The key that leaves it running.")]


async def attach_to(
    qd: Qd,
    which: Which,
    *,
    live: Live = False,
    read_only: ReadOnly = False,
    detach_key: DetachKey = "ctrl-]",
    as_json: Json = False,
) -> int:
    """Show a command's output from its start, and go on as it prints more. Exits as `qd run` does.

    One that runs on a terminal is given this one's keys and size, unless --read-only. Anything else is only looked at:
    on a terminal its output is cleaned of sequences that would steer the terminal.
    """
    key = terminal.parse_key(detach_key)
    client = await qd.client()
    command_id = await resolve.command_id(client, which)
    position = (await log_status(client)).position
    found = await command(client, command_id, wait_for=position)
    keyboard = found.terminal is not None and not (read_only or as_json or found.ended) and os.isatty(terminal.STDIN)
    stream = OutputStream(client, command_id, terminal_notes() if keyboard else qd.out.note)
    sink = _sink(as_json=as_json, keyboard=keyboard)
    shown = LiveOnly(sink, stream) if live else RecordedThenLive(sink, stream) if keyboard else sink
    following = Following(client, found, stream, shown)
    if found.started_at:
        following.started.set()
    try:
        if keyboard:
            return (await attend_in_terminal(qd.out, following, position, key)).code
        attended = await attend(qd.out, following, position, None)
    except BrokenPipeError:
        return closed_output()
    finally:
        if isinstance(sink, CleanSink):
            sink.finish()
    if as_json and attended.command:
        qd.out.json_line(end_as_json(attended.command))
    return attended.code


def _sink(*, as_json: bool, keyboard: bool) -> Sink:
    if as_json:
        return JsonSink()
    return CleanSink() if os.isatty(STDOUT) and not keyboard else ExactSink()
