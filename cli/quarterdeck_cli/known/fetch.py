"""Asking the server for what a completion should know."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from quarterdeck_cli import ids
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
from quarterdeck_cli.known.protocol import Entry

T = TypeVar("T")
MOST: Final = 200
"""Of a kind, the newest: what is older is typed by hand."""


@dataclass(frozen=True)
class Kind:
    """How a kind is fetched, and the events after which it must be. `project`: the one in use, if there is one."""

    fetch: "Callable[[Client, str | None], Awaitable[Sequence[Entry]]]"
    topics: tuple[str, ...]
    """Beginnings of event names."""


async def _projects(client: Client, project: str | None) -> list[Entry]:
    return [Entry(p.name, p.repository) async for p in projects.projects(client) if not p.archived][:MOST]


async def _sessions(client: Client, project: str | None) -> list[Entry]:
    found = await first(sessions.sessions(client), MOST)
    return _live_first(
        Entry(ids.short(s.id), _told(s.state.lower(), s.project.name, s.ref, s.title), s.state in sessions.LIVE)
        for s in found
    )


async def _commands(client: Client, project: str | None) -> list[Entry]:
    found = await first(commands.recent_commands(client), MOST)
    return _live_first(
        Entry(ids.short(c.id), _told(c.state.lower(), c.text[:80]), c.state in {"QUEUED", "RUNNING"}) for c in found
    )


async def _tasks(client: Client, project: str | None) -> list[Entry]:
    found = await first(tasks.tasks(client, project, {"status": list(tasks.LIVE)}), MOST) if project else []
    return [Entry(t.reference, _told(t.status.lower().replace("_", "-"), t.title)) for t in found]


async def _personas(client: Client, project: str | None) -> list[Entry]:
    found = await _taken(personas.personas(client, project, retired=False)) if project else []
    return [Entry(p.name, p.description) for p in found]


async def _workers(client: Client, project: str | None) -> list[Entry]:
    return [Entry(w.id, _told(w.host, "alive" if w.alive else "gone")) for w in await workers.workers(client)]


async def _alerts(client: Client, project: str | None) -> list[Entry]:
    found = await first(alerts.alerts(client, None, ["firing", "acknowledged"]), MOST)
    return [Entry(ids.short(a.id), _told(a.state, a.rule, a.summary), a.state == "firing") for a in found]


async def _silences(client: Client, project: str | None) -> list[Entry]:
    return [Entry(ids.short(s.id), _told(s.rule or "", s.reason)) for s in await _taken(alerts.silences(client))]


async def _rules(client: Client, project: str | None) -> list[Entry]:
    return [Entry(r.name, r.condition.said) for r in await _taken(alerts.rules(client, project))]


async def _tokens(client: Client, project: str | None) -> list[Entry]:
    return [Entry(ids.short(t.id), t.name) for t in await _taken(tokens.tokens(client)) if not t.revoked]


async def _budgets(client: Client, project: str | None) -> list[Entry]:
    found = await _taken(budgets.budgets(client, project)) if project else []
    return [Entry(ids.short(b.id), _told(b.covers.lower(), b.persona or "", f"by {b.every.lower()}")) for b in found]


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


async def folder(client: Client, session_id: str, path: str) -> list[str]:
    """Names in a folder of a workspace; of folders with a slash at their end."""
    found = await first(snapshots.tree(client, session_id, path.rstrip("/"), None), 5 * MOST)
    return [f"{each.name}/" if each.kind == "FOLDER" else each.name for each in found]


def _live_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: not entry.live)


async def _taken(items: AsyncIterator[T]) -> list[T]:
    return await first(items, MOST)


def _told(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
