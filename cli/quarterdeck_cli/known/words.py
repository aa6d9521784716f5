"""From objects as the server answered them to what is typed for them. Pure."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from quarterdeck_cli import ids
from quarterdeck_cli.known.protocol import Entry
from quarterdeck_cli.offline.nodes import Json

LONGEST: Final = 80
"""Of a command's text."""
_SESSIONS: Final = frozenset({"QUEUED", "OPENING", "READY", "PAUSED", "CLOSING"})
_COMMANDS: Final = frozenset({"QUEUED", "RUNNING"})
_TASKS: Final = frozenset({"OPEN", "CLAIMED", "IN_PROGRESS", "BLOCKED", "IN_REVIEW"})
_ALERTS: Final = frozenset({"firing", "acknowledged"})


class Kind(msgspec.Struct, frozen=True):
    """`node`: what objects of this kind are called in their global ids. `fits`: whether one is offered at all."""

    node: str
    entry: Callable[[Json], Entry]
    fits: Callable[[Json], bool] = lambda _: True
    in_project: bool = False
    """Where a project is in use, only what is in it is meant."""


def entries(kind: Kind, nodes: Sequence[Json]) -> tuple[Entry, ...]:
    """What lives comes first, else they stay as they come. One that lacks something is not offered."""
    found: list[Entry] = []
    for node in nodes:
        with suppress(KeyError, TypeError, AttributeError):
            found += [kind.entry(node)] if kind.fits(node) else []
    return tuple(sorted(found, key=lambda entry: not entry.live))


def _session(node: Json) -> Entry:
    said = _told(node["state"].lower(), node["project"]["name"], node.get("ref"), node["title"])
    return Entry(ids.short(node["id"]), said, node["state"] in _SESSIONS)


def _command(node: Json) -> Entry:
    said = _told(node["state"].lower(), node["text"][:LONGEST])
    return Entry(ids.short(node["id"]), said, node["state"] in _COMMANDS)


def _task(node: Json) -> Entry:
    home: Json = node.get("project") or {}
    return Entry(node["reference"], _told(node["status"].lower().replace("_", "-"), home.get("name"), node["title"]))


def _worker(node: Json) -> Entry:
    return Entry(node["id"], _told(node["host"], "alive" if node["alive"] else "gone"))


def _alert(node: Json) -> Entry:
    return Entry(ids.short(node["id"]), _told(node["state"], node["rule"], node["summary"]), node["state"] == "firing")


def _silence(node: Json) -> Entry:
    return Entry(ids.short(node["id"]), _told(node.get("rule"), node["reason"]))


def _budget(node: Json) -> Entry:
    said = _told(node["covers"].lower(), node.get("persona"), f"by {node['every'].lower()}")
    return Entry(ids.short(node["id"]), said)


def _has_not(name: str) -> Callable[[Json], bool]:
    return lambda node: not node.get(name)


KINDS: Final = {
    "project": Kind("Project", lambda node: Entry(node["name"], node["repository"]), _has_not("archived")),
    "session": Kind("Session", _session),
    "command": Kind("Command", _command),
    "task": Kind("Task", _task, lambda node: node["status"] in _TASKS, in_project=True),
    "persona": Kind(
        "Persona", lambda node: Entry(node["name"], node["description"]), _has_not("retiredAt"), in_project=True
    ),
    "worker": Kind("Worker", _worker),
    "alert": Kind("Alert", _alert, lambda node: node["state"] in _ALERTS),
    "silence": Kind("Silence", _silence),
    "rule": Kind("AlertRule", lambda node: Entry(node["name"], node["condition"].get("said") or "")),
    "token": Kind("Token", lambda node: Entry(ids.short(node["id"]), node["name"]), _has_not("revoked")),
    "budget": Kind("Budget", _budget, in_project=True),
}
"""By the names that the grammar has for them."""


def _told(*parts: str | None) -> str:
    return "  ".join(part for part in parts if part)
