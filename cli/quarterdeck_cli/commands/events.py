"""qd events: the log."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import events as api
from quarterdeck_cli.api import read
from quarterdeck_cli.api.events import Event
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.running.lifecycle import session_events
from quarterdeck_cli.text import plain, when

After = Annotated[int | None, typer.Option("--after", min=0, help="Only events after this position of the log.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def list_events(
    qd: Qd,
    *,
    session: SessionRef = None,
    project: ProjectName = None,
    after: After = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List events in the log's order."""
    client = await qd.client()
    session_id, project_id = await _scope(client, session, project)
    found = await first(api.events(client, project_id=project_id, session_id=session_id, after=after or 0), limit)
    if as_json:
        qd.out.json(found)
        return
    rows = [_row(event) for event in found]
    qd.out.table(
        ["POSITION", "TIME", "ACTOR", "SESSION", "EVENT", "PAYLOAD"], rows, nothing="There are no such events."
    )


async def tail_events(
    qd: Qd, *, session: SessionRef = None, project: ProjectName = None, after: After = None, as_json: Json = False
) -> None:
    """Print events as they are logged, one a line, until Ctrl-C. With --after, the earlier ones first."""
    client = await qd.client()
    session_id, project_id = await _scope(client, session, project)
    start = (await api.log_status(client)).position if after is None else after
    stream = (
        session_events(client, session_id, start, qd.out.note) if session_id else _events(qd, client, project_id, start)
    )
    async with aclosing(stream) as events:
        async for event in events:
            if as_json:
                qd.out.json_line(event)
            else:
                qd.out.line("  ".join(plain(cell) for cell in _row(event)))


async def _events(qd: Qd, client: Client, project_id: str | None, after: int) -> AsyncGenerator[Event]:
    cursor = Cursor(after)
    subscription = Subscription("watch_events", {"projectId": project_id})
    async with aclosing(resuming(client, subscription, cursor, qd.out.note)) as messages:
        async for message in messages:
            event = read(Event, message)
            yield event
            cursor.after = event.position


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
