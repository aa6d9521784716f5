"""What scripts do to a command that runs: keys and input, and its terminal's size."""

import re
from typing import Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import commands as api
from quarterdeck_cli.api.commands import Terminal
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.commands import Which
from quarterdeck_cli.errors import CliError, ConnectionLostError, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running import local_input, terminal
from quarterdeck_cli.text import plain

Text = Annotated[
    str | None,
    typer.Argument(metavar="[TEXT]", help="A line of input; without it, standard input is sent as it is."),
]
NoNewline = Annotated[bool, typer.Option("--no-newline", "-n", help="Do not press Enter after TEXT.")]
End = Annotated[bool, typer.Option("--end", help="Then tell it that there is no more.")]
Size = Annotated[
    str | None, typer.Argument(metavar="[SIZE]", help="As 120x40: columns, then rows. By default this terminal's.")
]
_SIZE = re.compile(r"(\d{1,4})[xX](\d{1,4})")


async def input_command(
    qd: Qd, command: Which, text: Text = None, *, no_newline: NoNewline = False, end: End = False, as_json: Json = False
) -> None:
    """Send input to a command that runs: a line, or what comes in on standard input.

    What may have arrived is never sent again by itself.
    """
    if no_newline and text is None:
        raise UsageError("Standard input is sent as it is.", "Leave out --no-newline.")
    client = await qd.client()
    command_id = await resolve.command_id(client, command)
    sent = 0
    try:
        if text is not None:
            on_terminal = (await api.command(client, command_id)).terminal is not None
            data = text.encode(errors="surrogateescape") + (b"" if no_newline else _enter(on_terminal=on_terminal))
            await local_input.send_in_parts(client, command_id, data)
            sent = len(data)
        else:
            async for data in local_input.chunks(terminal.STDIN):
                await api.send_input(client, command_id, data)
                sent += len(data)
        if end:
            await api.send_input(client, command_id, b"", end=True)
    except CliError as error:
        raise _with_count(error, sent) from error
    if as_json:
        qd.out.json({"command": command_id, "bytes": sent, "end": end})
        return
    qd.out.note(f"Sent {sent:,} bytes to command {ids.short(command_id)}{', and the end of its input' if end else ''}.")


async def resize_command(qd: Qd, command: Which, size: Size = None, *, as_json: Json = False) -> None:
    """Give a command's terminal another size."""
    wanted = _size(size) if size else terminal.size()
    client = await qd.client()
    command_id = await resolve.command_id(client, command)
    await api.resize_command(client, command_id, wanted)
    if as_json:
        qd.out.json({"command": command_id, "terminal": wanted.as_input()})
        return
    qd.out.note(f"Command {ids.short(command_id)} has a terminal of {wanted.columns} x {wanted.rows}.")


def _enter(*, on_terminal: bool) -> bytes:
    """What the key sends: programs that read keys one by one wait for a carriage return."""
    return b"\r" if on_terminal else b"\n"


def _size(text: str) -> Terminal:
    found = _SIZE.fullmatch(text)
    if not found:
        raise UsageError(f"{plain(text)!r} is no size.", "Write it as 120x40: columns, then rows.")
    return Terminal(columns=int(found[1]), rows=int(found[2]))


def _with_count(error: CliError, sent: int) -> CliError:
    """How much arrived for sure, and what may have."""
    doubt = (
        " What was being sent may have arrived." if isinstance(error, ConnectionLostError) and error.delivered else ""
    )
    if sent or doubt:
        error.message = f"{error.message} {sent:,} bytes had been sent before.{doubt}"
    return error
