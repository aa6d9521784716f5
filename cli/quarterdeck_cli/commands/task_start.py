"""qd task start: a session that works on a task."""

from typing import Annotated

import typer

from quarterdeck_cli import ids, settings, task_words
from quarterdeck_cli.api import tasks as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands import sessions
from quarterdeck_cli.commands.limit_options import NONE_GIVEN, LimitOptions
from quarterdeck_cli.commands.run import Request, run_in, shell_text
from quarterdeck_cli.commands.task_work import Anyway
from quarterdeck_cli.commands.tasks import Which
from quarterdeck_cli.errors import CliError, UsageError, may_have_happened
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running import terminal
from quarterdeck_cli.text import plain

Words = Annotated[
    list[str] | None, typer.Argument(metavar="[-- COMMAND]", help="Run in it at once, such as an agent's program.")
]
Lease = Annotated[
    str | None, typer.Option("--lease", metavar="TIME", help="Of the claim, renewed while the session lives.")
]
Title = Annotated[str | None, typer.Option("--title", help="The session's; the task's by default.")]
Tty = Annotated[bool, typer.Option("--tty", "-t", help="Run COMMAND on a terminal.")]


async def start_task(
    qd: Qd,
    task: Which,
    words: Words = None,
    *,
    project: ProjectName = None,
    ref: sessions.Ref = None,
    title: Title = None,
    persona: sessions.Persona = None,
    lease: Lease = None,
    force: Anyway = False,
    limits: LimitOptions = NONE_GIVEN,
    tty: Tty = False,
    wait: sessions.Wait = True,
    as_json: Json = False,
) -> int:
    """Claim a task and open a session that works on it.

    Its commands have QD_TASK, QD_TASK_TITLE and QD_TASK_FILE, a description of the task. The session stays open, also
    after COMMAND, whose exit code this exits with.
    """
    if words and not wait:
        raise UsageError("A command cannot run before the session is ready.", "Leave --no-wait out.")
    client = await qd.client()
    found = await task_words.task_of(client, task, project)
    asked = {
        "taskId": found.id,
        "ref": ref,
        "title": title,
        "persona": persona,
        "limits": limits.asked or None,
        "leaseSeconds": settings.span(lease) if lease else None,
        "force": force,
    }
    started = await _started(qd, client, {name: value for name, value in asked.items() if value is not None})
    if wait:
        with qd.out.status(f"Opening a session for {started.task.reference} …") as progress:
            await sessions.ready_or_closed(qd, client, started.session.id, progress)
    if not words:
        _tell(qd, started, as_json=as_json)
        return 0
    return await _run(qd, client, started, words, tty=tty, as_json=as_json)


async def _started(qd: Qd, client: Client, asked: dict[str, object]) -> api.StartedTask:
    try:
        return await api.start(client, asked)
    except CliError as error:
        if may_have_happened(error):
            qd.out.note("The session may have been opened all the same: see `qd session list`.")
        raise


def _tell(qd: Qd, started: api.StartedTask, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(started)
        return
    short = ids.short(started.session.id)
    qd.out.line(str(ids.uuid_of(started.session.id) or started.session.id))
    qd.out.note(f"It works on {started.task.reference}, {plain(started.task.title)}.")
    qd.out.note(f"Run something in it: `qd run -s {short} -- COMMAND`; the task is in $QD_TASK_FILE there.")
    qd.out.note(f"You hold the task until it is done, in review, or the session is closed: `qd session close {short}`.")


async def _run(qd: Qd, client: Client, started: api.StartedTask, words: list[str], *, tty: bool, as_json: bool) -> int:
    short = ids.short(started.session.id)
    request = Request(
        text=shell_text(words),
        environment={},
        timeout=None,
        tty=tty,
        background=False,
        as_json=as_json,
        detach_key=terminal.parse_key("ctrl-]"),
    )
    try:
        return (await run_in(qd, client, started.session.id, request)).code
    finally:
        qd.out.note(f"Session {short} stays open; close it with `qd session close {short}`.")
