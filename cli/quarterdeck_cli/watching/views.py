"""What can be watched: the columns of each view, how its rows are fetched, and which events change them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from quarterdeck_cli import budget_subjects, budget_words, ids, task_words
from quarterdeck_cli.alert_words import labels
from quarterdeck_cli.api import alerts, budgets, commands, sessions, tasks
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.commands.queues import waiting
from quarterdeck_cli.text import lately, nth

MOST: Final = 200
BAR: Final = 12

Row = tuple[str, ...]
"""Cells; the first names the row, and no two have the same."""


@dataclass(frozen=True)
class View:
    name: str
    columns: tuple[str, ...]
    fetch: Callable[[Client, str | None], Awaitable[Sequence[Row]]]
    topics: tuple[str, ...]
    """Beginnings of the events that may change it."""
    nothing: str
    spare: tuple[str, ...] = ()
    """Columns that are left out first where there is no room for all."""


async def _sessions(client: Client, project: str | None) -> list[Row]:
    found = await first(sessions.sessions(client, project_id=project, live=True), MOST)
    return [
        (
            ids.short(s.id),
            s.project.name,
            f"queued, {nth(s.queue.position)}" if s.queue else s.state.lower(),
            lately(s.opened_at),
            s.owner_name,
            s.title or s.ref,
        )
        for s in found
    ]


async def _commands(client: Client, project: str | None) -> list[Row]:
    wanted = {s.id for s in await first(sessions.sessions(client, project_id=project, live=True), MOST)}
    found = await first(commands.recent_commands(client, live=True), MOST)
    return [
        (ids.short(c.id), ids.short(c.session_id), c.state.lower(), lately(c.requested_at), c.text)
        for c in found
        if project is None or c.session_id in wanted
    ]


async def _tasks(client: Client, project: str | None) -> list[Row]:
    found = await first(tasks.tasks(client, project, {"status": list(tasks.LIVE)}), MOST)
    return [
        (
            f"{task.project.name} {task.reference}" if task.project and project is None else task.reference,
            "conflict" if task.conflicted else task_words.spoken(task.status),
            task_words.priority(task),
            task.owner_name or "",
            task.title,
        )
        for task in found
    ]


async def _queue(client: Client, project: str | None) -> list[Row]:
    found = [each async for each in waiting(client, project)]
    return [
        (ids.short(w.id), w.kind, nth(w.place.position), lately(w.since), w.place.reason, w.what) for w in found[:MOST]
    ]


async def _budgets(client: Client, project: str | None) -> list[Row]:
    found = await first(budgets.budgets(client, project), MOST)
    names = await budget_subjects.names(client, found)
    return [
        (
            f"{ids.short(b.id)} {'$' if unit == 'dollars' else unit}",
            budget_words.state(b),
            drawn,
            share,
            names.get(b.subject_id or "") or budget_words.covered(b),
            budget_words.EVERY[b.every],
            budget_words.left(b.now, unit),
        )
        for b in found
        for unit, drawn, share in budget_words.bars(b.now, BAR)
    ]


async def _alerts(client: Client, project: str | None) -> list[Row]:
    found = await first(alerts.alerts(client, project, {"states": ["firing", "acknowledged"]}), MOST)
    return [
        (
            ids.short(a.id),
            a.state,
            a.severity.lower(),
            a.project.name if a.project else "server",
            lately(a.raised_at),
            a.rule,
            " · ".join(part for part in (labels(a.labels), a.summary) if part),
        )
        for a in found
    ]


SESSIONS: Final = View(
    "sessions",
    ("ID", "PROJECT", "STATE", "OPENED", "OWNER", "TITLE"),
    _sessions,
    ("Session",),
    "No session is open.",
    ("OWNER", "OPENED"),
)
COMMANDS: Final = View(
    "commands",
    ("ID", "SESSION", "STATE", "REQUESTED", "COMMAND"),
    _commands,
    ("Command", "Session"),
    "No command was run in an open session.",
    ("REQUESTED",),
)
TASKS: Final = View(
    "tasks",
    ("ID", "STATUS", "PRIORITY", "OWNER", "TITLE"),
    _tasks,
    ("Task",),
    "Nothing is to be done.",
    ("OWNER", "PRIORITY"),
)
QUEUE: Final = View(
    "queue",
    ("ID", "WHAT", "PLACE", "SINCE", "WAITS FOR", ""),
    _queue,
    ("Session", "Command", "Worker"),
    "Nothing waits.",
    ("SINCE",),
)
BUDGETS: Final = View(
    "budgets",
    ("ID", "STATE", "USED", "", "COVERS", "EVERY", "LEFT"),
    _budgets,
    ("Budget",),
    "It has no budgets. Set one: `qd budget set --usd 20 --every month`",
    ("LEFT", "EVERY"),
)
ALERTS: Final = View(
    "alerts",
    ("ID", "STATE", "SEVERITY", "PROJECT", "RAISED", "RULE", "WHAT"),
    _alerts,
    ("Alert", "Silence"),
    "Nothing is out of order.",
    ("RAISED", "PROJECT", "STATE"),
)
