"""qd command: what was run, and steering what runs."""

from typing import Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import commands as api
from quarterdeck_cli.api.commands import Command
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.command_line import Json, SessionRef
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running.outcome import ending
from quarterdeck_cli.text import duration, lately, size, when

FILES_SHOWN = 20

Which = Annotated[str, typer.Argument(metavar="COMMAND", help="A command's id, or the end of it.")]
Signal = Annotated[str, typer.Argument(metavar="SIGNAL", help="Its name, as INT or TERM.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def list_commands(qd: Qd, *, session: SessionRef = None, limit: Limit = 50, as_json: Json = False) -> None:
    """List a session's commands, newest first; without -s those of all open sessions."""
    client = await qd.client()
    if session is None:
        recent = await first(api.recent_commands(client, live=True), limit)
        if as_json:
            qd.out.json(recent)
            return
        rows = [
            [ids.short(c.id), ids.short(c.session_id), c.state.lower(), lately(c.requested_at), c.text] for c in recent
        ]
        qd.out.table(
            ["ID", "SESSION", "STATE", "REQUESTED", "COMMAND"], rows, nothing="No command was run in an open session."
        )
        return
    found = await first(api.session_commands(client, await resolve.session_id(client, session)), limit)
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [ids.short(c.id), ending(c), lately(c.requested_at), duration(c.wall_ms), size(c.output_bytes), c.text]
        for c in found
    ]
    qd.out.table(["ID", "STATE", "REQUESTED", "TOOK", "OUTPUT", "COMMAND"], rows, nothing="Nothing was run in it.")


async def show_command(qd: Qd, command: Which, *, as_json: Json = False) -> None:
    """Show one command: how it ended, what it cost, which files it changed."""
    client = await qd.client()
    found = await api.command(client, await resolve.command_id(client, command))
    if as_json:
        qd.out.json(found)
        return
    qd.out.fields(_fields(found))
    if found.files_changed_total:
        qd.out.line()
        rows = [[file.status, file.path] for file in found.files_changed[:FILES_SHOWN]]
        qd.out.table(["CHANGED", "FILE"], rows, nothing="")
        if found.files_changed_total > len(rows):
            qd.out.note(f"… and {found.files_changed_total - len(rows):,} more; --json has the first 1,000.")


async def cancel_command(qd: Qd, command: Which, *, as_json: Json = False) -> None:
    """End a command and everything that it started."""
    client = await qd.client()
    found = await api.cancel_command(client, await resolve.command_id(client, command))
    _steered(qd, found, "is being cancelled", as_json=as_json)


async def signal_command(qd: Qd, command: Which, signal: Signal, *, as_json: Json = False) -> None:
    """Send a signal to a command's foreground processes."""
    client = await qd.client()
    found = await api.signal_command(client, await resolve.command_id(client, command), signal)
    _steered(qd, found, "was signalled", as_json=as_json)


def _steered(qd: Qd, command: Command, what: str, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(command)
        return
    state = f"has ended already ({ending(command)})" if command.ended else what
    qd.out.note(f"Command {ids.short(command.id)} {state}.")


def _fields(command: Command) -> list[tuple[str, str]]:
    terminal = f"{command.terminal.columns} x {command.terminal.rows}" if command.terminal else ""
    return [
        ("id", str(ids.uuid_of(command.id) or command.id)),
        ("session", ids.short(command.session.id)),
        ("command", command.text),
        ("state", "cancelling" if command.cancelling and not command.ended else ending(command)),
        ("waits", str(command.queue or "")),
        ("reason", command.reason or ""),
        ("terminal", terminal),
        ("background", "yes" if command.background else ""),
        ("by", command.requested_by),
        ("requested", when(command.requested_at)),
        ("started", when(command.started_at)),
        ("ended", when(command.ended_at)),
        ("took", duration(command.wall_ms)),
        ("CPU", duration(command.cpu_ms)),
        ("memory", size(command.peak_memory_bytes)),
        ("output", size(command.output_bytes)),
        ("SHA-256", command.output_sha256 or ""),
        ("tree", f"{command.tree_before or ''} → {command.tree_after}" if command.tree_after else ""),
    ]
