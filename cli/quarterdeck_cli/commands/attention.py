"""What waits for somebody. `SOURCES` says where it is looked for: what is to be decided one day is one more of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from quarterdeck_cli import budget_words, ids, task_words
from quarterdeck_cli.api import alerts, budgets, tasks
from quarterdeck_cli.api.alerts import Alert
from quarterdeck_cli.api.budgets import Budget
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.api.projects import projects
from quarterdeck_cli.api.tasks import Task
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, plain

T = TypeVar("T", Alert, Budget, Task)
Waiting = Mapping[str, Sequence[Any]]
"""By the names of sources."""
SHOWN = 5
LOOKED_AT = 50
"""The newest tasks and projects, among which those that wait are looked for."""


@dataclass(frozen=True)
class Source:
    name: str
    """With `--json`."""
    head: str
    """What they are, and what is done about them."""
    fetch: Callable[[Client], Awaitable[Sequence[Any]]]
    line: Callable[[Any], str]
    """Foreign text in it is made safe."""


async def waiting(client: Client) -> Waiting:
    found = await asyncio.gather(*(source.fetch(client) for source in SOURCES))
    return {source.name: each[:SHOWN] for source, each in zip(SOURCES, found, strict=True)}


def show(qd: Qd, found: Waiting) -> None:
    """Nothing where nothing waits."""
    for source in SOURCES:
        if found[source.name]:
            qd.out.line(source.head)
        for each in found[source.name]:
            qd.out.line(f"  {source.line(each)}")


async def _seen(items: AsyncIterator[T], limit: int = SHOWN) -> list[T]:
    """What a token's scopes do not allow to see does not wait for its user."""
    try:
        return await first(items, limit)
    except CliError:
        return []


async def _alerts(client: Client) -> list[Alert]:
    return await _seen(alerts.alerts(client, None, {"states": ["firing"]}))


async def _budgets(client: Client) -> list[Budget]:
    """Those over all projects are seen by admins alone."""
    try:
        homes = [each.id for each in await first(projects(client), LOOKED_AT) if not each.archived]
    except CliError:
        return []
    found = await asyncio.gather(*(_seen(budgets.budgets(client, home), LOOKED_AT) for home in (None, *homes)))
    return [budget for some in found for budget in some if budget.asks]


async def _conflicts(client: Client) -> list[Task]:
    newest = await _seen(tasks.tasks(client, None, {"status": list(tasks.LIVE)}), LOOKED_AT)
    return [task for task in newest if task.conflicted]


async def _mine(client: Client) -> list[Task]:
    return await _seen(tasks.tasks(client, None, {"status": list(tasks.LIVE), "owner": "me"}))


def _alert(found: Alert) -> str:
    home = found.project.name if found.project else "server"
    return (
        f"{ids.short(found.id)}  {found.severity.lower():8}  {plain(home)}  {plain(found.rule)}: {plain(found.summary)}"
    )


def _budget(found: Budget) -> str:
    covered = budget_words.covered(found)
    home = f"  {found.project.name}" if found.project and found.project.name not in covered else ""
    since = f", since {lately(found.asks.since)}" if found.asks else ""
    return f"{ids.short(found.id)}  {plain(covered + home)} by {budget_words.EVERY[found.every]} is used up{since}"


def _task(found: Task) -> str:
    home = f"  {plain(found.project.name)}" if found.project else ""
    return f"{found.reference:8}  {task_words.spoken(found.status):11}{home}  {plain(found.title)}"


SOURCES: Final = (
    Source("alerts", "Alerts that nobody sees to, `alert ack`", _alerts, _alert),
    Source("budgets", "Budgets that ask: what they cover stands still, `budget answer`", _budgets, _budget),
    Source("conflicts", "Tasks in conflict, `task resolve`", _conflicts, _task),
    Source("mine", "Your tasks", _mine, _task),
)
