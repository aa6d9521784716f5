"""qd events: the log."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Annotated, Any

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import events as api
from quarterdeck_cli.api import read
from quarterdeck_cli.api.events import Actor, Event
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.running.lifecycle import session_events
from quarterdeck_cli.text import plain, when
from quarterdeck_cli.times import moment

After = Annotated[int | None, typer.Option("--after", min=0, help="Only events after this position of the log.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only events of this topic; may be repeated.")]
By = Annotated[
    str | None,
    typer.Option("--actor", metavar="KIND[:ID]", help="Only what this one did: user, user:ID, system:conductor."),
]
Since = Annotated[str | None, typer.Option("--since", help="Only from this time on, or as 12h, 30d ago.")]
Until = Annotated[str | None, typer.Option("--until", help="Only before this time, or as 12h, 30d ago.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def list_events(
    qd: Qd,
    *,
    session: SessionRef = None,
    project: ProjectName = None,
    topic: Topics = None,
    actor: By = None,
    since: Since = None,
    until: Until = None,
    after: After = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List events in the log's order."""
    times = {"since": moment(since, ago=True) if since else None, "until": moment(until, ago=True) if until else None}
    client = await qd.client()
    session_id, project_id = await _scope(client, session, project)
    asked = api.events(
        client,
        project_id=project_id,
        session_id=session_id,
        topics=topic or None,
        actor=_actor(actor),
        **times,
        after=after or 0,
    )
    found = await first(asked, limit)
    if as_json:
        qd.out.json(found)
        return
    rows = [_row(event) for event in found]
    qd.out.table(
        ["POSITION", "TIME", "ACTOR", "SESSION", "EVENT", "PAYLOAD"], rows, nothing="There are no such events."
    )


async def tail_events(
    qd: Qd,
    *,
    session: SessionRef = None,
    project: ProjectName = None,
    topic: Topics = None,
    actor: By = None,
    after: After = None,
    as_json: Json = False,
) -> None:
    """Print events as they are logged, one a line, until Ctrl-C. With --after, the earlier ones first."""
    client = await qd.client()
    session_id, project_id = await _scope(client, session, project)
    start = (await api.log_status(client)).position if after is None else after
    wanted = {"projectId": project_id, "topics": topic or None, **_actor(actor).variables()}
    stream = (
        session_events(client, session_id, start, qd.out.note) if session_id else _events(qd, client, wanted, start)
    )
    async with aclosing(stream) as events:
        async for event in events:
            # a session's own stream has all of it
            if (topic and event.topic not in topic) or not _actor(actor).did(event):
                continue
            if as_json:
                qd.out.json_line(event)
            else:
                qd.out.line("  ".join(plain(cell) for cell in _row(event)))


async def _events(qd: Qd, client: Client, wanted: Mapping[str, Any], after: int) -> AsyncGenerator[Event]:
    cursor = Cursor(after)
    subscription = Subscription("watch_events", {**wanted})
    async with aclosing(resuming(client, subscription, cursor, qd.out.note)) as messages:
        async for message in messages:
            event = read(Event, message)
            yield event
            cursor.after = event.position


def _actor(text: str | None) -> Actor:
    kind, _, identifier = (text or "").partition(":")
    return Actor(kind or None, identifier or None)


async def _scope(client: Client, session: str | None, project: str | None) -> tuple[str | None, str | None]:
    if session and project:
        raise UsageError("Both a session and a project were given.", "Give one of them: a session is in one project.")
    return (
        await resolve.session_id(client, session) if session else None,
        await resolve.project_id(client, project) if project else None,
    )


def _row(event: Event) -> list[str]:
    session = ids.short(event.session_id) if event.session_id else "-"
    payload = "(erased)" if event.erased else event.payload or ""
    return [
        str(event.position),
        when(event.recorded_at),
        f"{event.actor_kind}:{ids.short(event.actor_id)}",
        session,
        event.topic if event.known else f"{event.topic} (unknown here)",
        payload,
    ]
