"""qd away: what happened in a project since one has looked."""

import asyncio
import sys
from typing import Annotated, Any

import typer

from quarterdeck_cli import away_words, resolve
from quarterdeck_cli.api import away as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.api.projects import Project, projects
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain
from quarterdeck_cli.times import moment

Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        help="A position of the log, a time, or a span back, as 12h or 3d.",
    ),
]
MarkRead = Annotated[bool, typer.Option("--mark-read", help="Also where it is not shown in a terminal.")]
Unread = Annotated[bool, typer.Option("--unread", help="Count all after --since as unread again.")]
Shown = Annotated[int, typer.Option("--limit", "-n", min=1, max=50, help="At most so many of each kind.")]
MOST_PROJECTS = 10
OF_EACH = 3
"""Of each kind, where all projects are told of."""


async def while_away(
    qd: Qd,
    *,
    project: ProjectName = None,
    since: Since = None,
    limit: Shown = 5,
    mark_read: MarkRead = False,
    unread: Unread = False,
    as_json: Json = False,
) -> None:
    """Show what happened in a project while you were away, and mark it as read."""
    if unread and since is None:
        raise UsageError("--unread needs --since.", "Say from when on it counts as unread, as with --since 3d.")
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    told = await api.while_away(client, project_id, _since(since), limit)
    if as_json:
        qd.out.json(told)
    else:
        show(qd, told)
    if unread:
        await api.mark_read(client, project_id, told.since, back=True)
    elif mark_read or (in_terminal() and not as_json):
        await mark(client, project_id, told)


def in_terminal() -> bool:
    """Where somebody sees it."""
    return sys.stdout.isatty()


def show(qd: Qd, told: api.WhileAway) -> None:
    if not told.groups:
        qd.out.note(f"Nothing happened{away_words.since(told)}.")
        return
    for text, style in away_words.lines(told, qd.out.width):
        qd.out.line(text, style)


async def of_all(client: Client) -> list[tuple[Project, api.WhileAway]]:
    """Of the newest projects those where something happened. A token that may not ask is told nothing."""
    known = [each for each in await first(projects(client), MOST_PROJECTS) if not each.archived]
    try:
        told = await asyncio.gather(*(api.while_away(client, each.id, {}, OF_EACH) for each in known))
    except CliError:
        return []
    return [(project, away) for project, away in zip(known, told, strict=True) if away.groups]


async def show_all(qd: Qd, client: Client, told: list[tuple[Project, api.WhileAway]]) -> None:
    """And marks it as read where somebody sees it."""
    for project, away in told:
        qd.out.line()
        qd.out.line(f"While you were away: {plain(project.name)}{away_words.since(away)}")
        for text, style in away_words.lines(away, qd.out.width - 2):
            qd.out.line(f"  {text}", style)
        if in_terminal():
            await mark(client, project.id, away)


async def mark(client: Client, project_id: str, told: api.WhileAway) -> None:
    """A look at what was read already marks nothing."""
    if told.up_to > told.read_up_to:
        await api.mark_read(client, project_id, told.up_to)


def _since(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    if text.isdecimal():
        return {"since": int(text)}
    return {"sinceTime": moment(plain(text), ago=True)}
