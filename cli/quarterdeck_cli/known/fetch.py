"""Asking the server for what a completion should know. Answers are kept by the client that asks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from quarterdeck_cli.api import (
    alerts,
    budgets,
    commands,
    personas,
    projects,
    sessions,
    snapshots,
    tasks,
    tokens,
    workers,
)
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.known.stored import MOST

T = TypeVar("T")
RUNNING: Final = frozenset({"QUEUED", "RUNNING"})


@dataclass(frozen=True)
class Kind:
    """How a kind is fetched, and the events after which it must be. `project`: the one in use, if there is one."""

    fetch: Callable[[Client, str | None], Awaitable[int]]
    """How many of them run, are open, or wait for somebody."""
    topics: tuple[str, ...]
    """Beginnings of event names."""


async def _projects(client: Client, project: str | None) -> int:
    return len(await _newest(projects.projects(client)))


async def _sessions(client: Client, project: str | None) -> int:
    return sum(each.state in sessions.LIVE for each in await _newest(sessions.sessions(client)))


async def _commands(client: Client, project: str | None) -> int:
    return sum(each.state in RUNNING for each in await _newest(commands.recent_commands(client)))


async def _tasks(client: Client, project: str | None) -> int:
    """Those of the project in use, and one's own."""
    live = {"status": list(tasks.LIVE)}
    if project:
        await _newest(tasks.tasks(client, project, live))
    return len(await _newest(tasks.tasks(client, None, {**live, "owner": "me"})))


async def _personas(client: Client, project: str | None) -> int:
    return len(await _newest(personas.personas(client, project, retired=False))) if project else 0


async def _workers(client: Client, project: str | None) -> int:
    return len(await workers.workers(client))


async def _alerts(client: Client, project: str | None) -> int:
    found = await _newest(alerts.alerts(client, None, {"states": ["firing", "acknowledged"]}))
    return sum(each.state == "firing" for each in found)


async def _silences(client: Client, project: str | None) -> int:
    return len(await _newest(alerts.silences(client)))


async def _rules(client: Client, project: str | None) -> int:
    return len(await _newest(alerts.rules(client, project)))


async def _tokens(client: Client, project: str | None) -> int:
    return len(await _newest(tokens.tokens(client)))


async def _budgets(client: Client, project: str | None) -> int:
    """Those that ask are what somebody has to see to."""
    found = await _newest(budgets.budgets(client, project)) if project else []
    return sum(each.asks is not None for each in found)


KINDS: Final[dict[str, Kind]] = {
    "project": Kind(_projects, ("Project",)),
    "session": Kind(_sessions, ("Session",)),
    "command": Kind(_commands, ("Command",)),
    "task": Kind(_tasks, ("Task",)),
    "persona": Kind(_personas, ("Persona",)),
    "worker": Kind(_workers, ("Worker",)),
    "alert": Kind(_alerts, ("Alert",)),
    "silence": Kind(_silences, ("Silence",)),
    "rule": Kind(_rules, ("AlertRule",)),
    "token": Kind(_tokens, ("Token",)),
    "budget": Kind(_budgets, ("Budget",)),
}
"""By the names that the grammar has for them."""


def touched(topic: str) -> set[str]:
    """The kinds that an event has changed."""
    return {name for name, kind in KINDS.items() if topic.startswith(kind.topics)}


async def folder(client: Client, session_id: str, path: str) -> tuple[str, ...]:
    """Names in a folder of a workspace; of folders with a slash at their end."""
    found = await first(snapshots.tree(client, session_id, path.rstrip("/"), None), 5 * MOST)
    return tuple(f"{each.name}/" if each.kind == "FOLDER" else each.name for each in found)


async def _newest(items: AsyncIterator[T]) -> list[T]:
    return await first(items, MOST)
