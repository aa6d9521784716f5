"""qd watch: tables that follow what happens."""

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from quarterdeck_cli import resolve
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain
from quarterdeck_cli.watching.changes import changes, told
from quarterdeck_cli.watching.follow import followed
from quarterdeck_cli.watching.views import ALERTS, BUDGETS, COMMANDS, QUEUE, SESSIONS, TASKS, Row, View


def watching(view: View, help_text: str) -> Callable[..., Awaitable[None]]:
    """The command that watches one."""

    async def watch(qd: Qd, *, project: ProjectName = None, as_json: Json = False) -> None:
        await _watch(qd, view, project, as_json=as_json)

    watch.__doc__ = help_text
    return watch


async def _watch(qd: Qd, view: View, project: str | None, *, as_json: bool) -> None:
    client = await qd.client()
    # budgets over all projects are for admins
    everywhere = view is not BUDGETS and not project
    project_id = None if everywhere else await resolve.project_or_here(client, project)
    if as_json or qd.out.manner.plain or qd.out.manner.quiet or not (sys.stdin.isatty() and sys.stdout.isatty()):
        await _print(qd, view, followed(client, view, project_id, qd.out.note), as_json=as_json)
        return
    # bring prompt-toolkit
    from quarterdeck_cli.repl.background import theme_of_terminal
    from quarterdeck_cli.watching.screen import Screen

    screen = Screen(view, theme_of_terminal())
    await screen.show(followed(client, view, project_id, screen.say))


async def _print(qd: Qd, view: View, updates: AsyncGenerator[Sequence[Row]], *, as_json: bool) -> None:
    """Each row first, then what changes."""
    before: Sequence[Row] = ()
    async with aclosing(updates):
        async for rows in updates:
            for change in changes(before, rows):
                if as_json:
                    qd.out.json_line({"change": change.what.value, **_named(view, change.row)})
                else:
                    qd.out.line(plain(told(change, view.columns)))
            before = rows


def _named(view: View, row: Row) -> dict[str, str]:
    names = (name.lower().replace(" ", "_") or "more" for name in view.columns)
    return dict(zip(names, row, strict=True))


VERBS: list[tuple[str, Callable[..., Awaitable[None]]]] = [
    ("sessions", watching(SESSIONS, "Watch open sessions, of all your projects or one. In a terminal q leaves.")),
    ("commands", watching(COMMANDS, "Watch the commands of open sessions.")),
    ("tasks", watching(TASKS, "Watch what is to be done, in all your projects or one.")),
    ("queue", watching(QUEUE, "Watch what waits for room, and for what. Places are looked up again every 15 s.")),
    ("budgets", watching(BUDGETS, "Watch what is spent of a project's budgets.")),
    ("alerts", watching(ALERTS, "Watch what is out of order.")),
]
