"""qd session fork and restore: going on from another point."""

from typing import Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import sessions as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.sessions import Title, Wait, Which, ready_or_closed
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running.lifecycle import workspace_restored

At = Annotated[str | None, typer.Option("--at", metavar="COMMAND", help="As it was after this command.")]
Before = Annotated[str | None, typer.Option("--before", metavar="COMMAND", help="As it was before this command.")]


async def fork_session(
    qd: Qd,
    session: Which,
    *,
    at: At = None,
    before: Before = None,
    title: Title = None,
    wait: Wait = True,
    as_json: Json = False,
) -> None:
    """Open a session with the files, the directory and the exported variables that another has, or had. Prints its id.

    The other one may have ended. Commits that were made in it are not taken along, what they changed is.
    """
    client = await qd.client()
    source = await resolve.session_id(client, session)
    answer = await api.fork_session(client, source, await _point(client, at, before), title)
    position = answer.position
    if wait:
        with qd.out.status(f"Forking session {ids.short(source)} …") as progress:
            position = await ready_or_closed(qd, client, answer.session.id, progress)
    qd.opened = answer.session.id, position
    if as_json:
        qd.out.json(await api.session(client, answer.session.id, position))
        return
    qd.out.line(str(ids.uuid_of(answer.session.id) or answer.session.id))
    qd.out.note(f"Run something in it: `qd run -s {ids.short(answer.session.id)} -- COMMAND`")


async def restore_session(
    qd: Qd, session: Which, *, at: At = None, before: Before = None, as_json: Json = False
) -> None:
    """Bring a session's files, directory and exported variables back to where they were.

    Nothing may run in it. What the files were until now is kept as a snapshot, and files that git ignores stay.
    """
    client = await qd.client()
    point = await _point(client, at, before)
    if point.command_id is None:
        raise UsageError("No point was given.", "Name a command with --at or --before; `qd command list` shows them.")
    session_id = await resolve.session_id(client, session)
    position = await api.restore_workspace(client, session_id, point)
    with qd.out.status("Restoring the files …"):
        done = await workspace_restored(client, session_id, position - 1, qd.out.note)
    if as_json:
        qd.out.json({"session": session_id, "filesChanged": done.files_changed, "shell": done.shell})
        return
    qd.out.note(f"Restored: {done.files_changed} file{'s' if done.files_changed != 1 else ''} changed.")
    if not done.shell:
        qd.out.note("The shell's directory and exported variables were not kept of that point: they are as they were.")


async def _point(client: Client, at: str | None, before: str | None) -> api.Point:
    if at and before:
        raise UsageError("Both --at and --before were given.", "Give one of them.")
    named = at or before
    if named is None:
        return api.Point()
    return api.Point(await resolve.command_id(client, named), before is not None)
