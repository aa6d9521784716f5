"""qd session: jailed shells on copies of a repository."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import sessions as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands.limit_options import NONE_GIVEN, LimitOptions
from quarterdeck_cli.errors import CliError, may_have_happened
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running.lifecycle import detail_of, session_event, session_ready
from quarterdeck_cli.text import lately, nth, plain, when

Which = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, or the end of it.")]
Ref = Annotated[str | None, typer.Option("--ref", help="Branch, tag or commit; the project's branch by default.")]
Title = Annotated[str | None, typer.Option("--title", help="A word on what it is for.")]
Persona = Annotated[
    str | None, typer.Option("--persona", metavar="NAME", help="One of the project's (see `qd persona list`).")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for those who look at it.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it can be used.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Those that have ended, too.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def open_session(
    qd: Qd,
    *,
    project: ProjectName = None,
    ref: Ref = None,
    title: Title = None,
    persona: Persona = None,
    limits: LimitOptions = NONE_GIVEN,
    wait: Wait = True,
    as_json: Json = False,
) -> None:
    """Open a session in this folder's project, or in another with -p. Prints its id.

    A limit holds as far as the persona's, the project's and the host's are not stricter; `qd session show` tells
    what holds.
    """
    client = await qd.client()
    made = await opened(qd, client, project, ref=ref, title=title, limits=limits.asked, persona=persona, wait=wait)
    session = made.session
    qd.opened = session.id, made.position
    if as_json:
        qd.out.json(await api.session(client, session.id, made.position))
        return
    qd.out.line(str(ids.uuid_of(session.id) or session.id))
    qd.out.note(f"Run something in it: `qd run -s {ids.short(session.id)} -- COMMAND`")


async def list_sessions(
    qd: Qd, *, project: ProjectName = None, everything: All = False, limit: Limit = 50, as_json: Json = False
) -> None:
    """List open sessions, newest first."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    found = await first(api.sessions(client, project_id=project_id, live=not everything), limit)
    if as_json:
        qd.out.json(found)
        return
    with_personas = any(s.persona for s in found)
    with_task = any(s.task for s in found)
    rows = [
        [
            ids.short(s.id),
            s.project.name,
            f"queued, {nth(s.queue.position)}" if s.queue else s.state.lower(),
            lately(s.opened_at),
            s.owner_name,
            s.ref,
            *([s.persona.name if s.persona else ""] if with_personas else []),
            *([s.task.reference if s.task else ""] if with_task else []),
            s.title or (s.reason if s.state in {"FAILED", "LOST"} else "") or "",
        ]
        for s in found
    ]
    qd.out.table(
        [
            *("ID", "PROJECT", "STATE", "OPENED", "OWNER", "REF"),
            *(["PERSONA"] if with_personas else []),
            *(["TASK"] if with_task else []),
            "TITLE",
        ],
        rows,
        nothing="There are no sessions." if everything else "No session is open. Open one: `qd session open`",
    )


async def show_session(qd: Qd, session: Which, *, as_json: Json = False) -> None:
    """Show one session and the limits it runs under."""
    client = await qd.client()
    found = await api.session(client, await resolve.session_id(client, session))
    if as_json:
        qd.out.json(found)
        return
    qd.out.fields(
        [
            ("id", str(ids.uuid_of(found.id) or found.id)),
            ("title", found.title),
            ("project", found.project.name),
            ("task", task_of(found.task)),
            ("state", found.state.lower()),
            ("waits", str(found.queue or "")),
            ("reason", found.reason or ""),
            ("next", found.next_step or ""),
            ("owner", found.owner_name),
            ("ref", found.ref),
            ("persona", f"{found.persona.name}, revision {found.persona.revision}" if found.persona else ""),
            ("forked", _origin(found.forked_from)),
            ("commit", found.base_commit or ""),
            ("worker", found.worker_id or ""),
            ("jail", found.jail_driver or ""),
            ("workspace", found.workspace_kind or ""),
            ("opened", when(found.opened_at)),
            ("ready", when(found.ready_at)),
            ("ended", when(found.ended_at)),
            *(("note", note) for note in found.notes),
            *_made_anew(found.rebuilt),
            *(("set aside", f"{when(each.found_at)}: {each.detail}") for each in found.set_aside),
        ]
    )
    if found.limits:
        qd.out.line()
        rows = [[limit.name, limit.asked, limit.enforced_by or "not enforced here"] for limit in found.limits]
        qd.out.table(["LIMIT", "ASKED", "ENFORCED BY"], rows, nothing="")


async def pause_session(qd: Qd, session: Which, *, reason: Reason = None, as_json: Json = False) -> None:
    """Freeze everything in a session: no time-out passes, no command starts, no input is taken, until it is resumed."""
    client = await qd.client()
    asked = await api.pause_session(client, await resolve.session_id(client, session), reason)
    if asked.session.state != "PAUSED":
        await session_event(client, asked.session.id, asked.position, "SessionPaused", qd.out.note)
    await _tell_state(qd, client, asked.session.id, as_json=as_json)


async def resume_session(qd: Qd, session: Which, *, as_json: Json = False) -> None:
    """Let a paused session go on where it was; make a lost one anew, on any worker, from its last snapshot."""
    client = await qd.client()
    asked = await api.resume_session(client, await resolve.session_id(client, session))
    if asked.session.state in {"QUEUED", "OPENING"}:
        qd.out.note("Its worker is gone: it is made anew from its last snapshot, as soon as there is a place for it.")
    if asked.session.state != "READY":
        resumed = await session_event(client, asked.session.id, asked.position, "SessionResumed", qd.out.note)
        qd.out.note(plain(detail_of(resumed)))
    await _tell_state(qd, client, asked.session.id, as_json=as_json)


async def _tell_state(qd: Qd, client: Client, session_id: str, *, as_json: bool) -> None:
    found = await api.session(client, session_id)
    if as_json:
        qd.out.json(found)
        return
    qd.out.note(f"Session {ids.short(found.id)} is {found.state.lower()}.")


def _made_anew(rebuilt: api.Rebuilt | None) -> list[tuple[str, str]]:
    if rebuilt is None:
        return []
    point = f", after command {ids.short(rebuilt.command_id)}" if rebuilt.command_id else ""
    return [
        ("rebuilt", f"{when(rebuilt.rebuilt_at)}, since worker {rebuilt.from_worker_id} is gone"),
        ("from", f"the snapshot of {when(rebuilt.taken_at)}{point}: tree {rebuilt.tree}"),
        *(("lost", sentence) for sentence in rebuilt.not_carried_over),
    ]


def task_of(task: api.TaskName | None) -> str:
    return f"{task.reference} {task.title} ({task.status.lower().replace('_', ' ')})" if task else ""


def _origin(fork: api.ForkPoint | None) -> str:
    if fork is None:
        return ""
    point = f", {fork.moment.lower()} command {ids.short(fork.command_id)}" if fork.command_id else ""
    return f"from session {ids.short(fork.session_id)}{point}"


async def close_session(qd: Qd, session: Which, *, as_json: Json = False) -> None:
    """Close a session: what runs in it is ended, its record stays."""
    client = await qd.client()
    closed = await api.close_session(client, await resolve.session_id(client, session))
    if as_json:
        qd.out.json(closed)
        return
    qd.out.note(f"Session {ids.short(closed.id)} is {closed.state.lower()}.")


async def opened(
    qd: Qd,
    client: Client,
    project: str | None,
    *,
    ref: str | None,
    title: str | None,
    wait: bool,
    limits: dict[str, Any] | None = None,
    persona: str | None = None,
) -> api.OpenedSession:
    """A new session, and the log position of its opening, or of its being ready.

    Where it is waited for and does not become usable, SessionEndedError says why.
    """
    project_id = await resolve.project_or_here(client, project)
    try:
        answer = await api.open_session(client, project_id, ref, title, limits, persona)
    except CliError as error:
        if may_have_happened(error):
            qd.out.note("The session may have been opened all the same: see `qd session list`.")
        raise
    if wait:
        with qd.out.status(f"Opening a session in {plain(answer.session.project.name)} …") as progress:
            position = await ready_or_closed(qd, client, answer.session.id, progress)
        return api.OpenedSession(session=answer.session, position=position)
    return answer


async def ready_or_closed(qd: Qd, client: Client, session_id: str, progress: Callable[[str], None]) -> int:
    """The log position from which on it can be used. One who does not want to wait for it does not want it."""
    try:
        return await session_ready(client, session_id, 0, qd.out.note, progress)
    except asyncio.CancelledError:
        await give_up(qd, client, session_id)
        raise


async def give_up(qd: Qd, client: Client, session_id: str) -> None:
    """Closes a session that was opened on the way to something else. Where that fails it is said, and no more."""
    try:
        await api.close_session(client, session_id)
    except CliError as error:
        qd.out.note(f"Session {ids.short(session_id)} could not be closed: {error.message}")
