"""What is worth keeping of an answer. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec

from quarterdeck_cli import ids

Json = dict[str, Any]
LARGEST = 64 * 1024
"""Bytes of JSON. Of what is larger only the short parts are kept."""
LONGEST = 1024
OFFERED = 200
"""Characters of a text that is only offered."""
NOTHING: frozenset[str] = frozenset()


class Node(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    id: str
    project_id: str | None
    state: str
    place: str
    """In lists, which show the greatest first."""
    node: Json


class _Kind(msgspec.Struct, frozen=True):
    needs: frozenset[str]
    """What a whole one has: objects are also named in parts, inside of others."""
    state: Callable[[Json], str]
    place: Callable[[Json], str]
    keeps: frozenset[str] | None = None
    """Of what is only offered while one types: no more than that takes. None: all of it."""


def _offered(
    needs: set[str], state: Callable[[Json], str], place: str, more: frozenset[str] | set[str] = NOTHING
) -> _Kind:
    return _Kind(frozenset(needs), state, lambda node: str(node[place]), frozenset({"id", *needs, *more}))


def _gone(ended: str) -> Callable[[Json], str]:
    return lambda node: "ENDED" if node.get(ended) else ""


KINDS = {
    "Task": _Kind(
        frozenset({"number", "reference", "title", "status", "revision", "labels", "updatedAt"}),
        lambda node: str(node["status"]),
        lambda node: f"{node['number']:012}",
    ),
    "Session": _Kind(
        frozenset({"title", "ownerName", "state", "openedAt", "project"}),
        lambda node: str(node["state"]),
        lambda node: str(node["openedAt"]),
    ),
    "Project": _Kind(
        frozenset({"name", "repository", "defaultBranch", "archived", "createdAt"}),
        lambda node: "ARCHIVED" if node["archived"] else "",
        lambda node: str(node["createdAt"]),
    ),
    "Command": _offered({"text", "state", "requestedAt"}, lambda node: str(node["state"]), "requestedAt"),
    "Persona": _offered({"name", "description"}, _gone("retiredAt"), "name", {"retiredAt"}),
    "Worker": _offered({"host", "alive", "capacity"}, lambda _: "", "id"),
    "Alert": _offered({"rule", "state", "summary", "raisedAt"}, lambda node: str(node["state"]), "raisedAt"),
    "Silence": _offered({"reason", "until", "setAt"}, _gone("endedAt"), "setAt", {"rule"}),
    "AlertRule": _offered({"name", "condition"}, lambda _: "", "name"),
    "Token": _offered(
        {"name", "scopes", "createdAt"}, lambda node: "REVOKED" if node.get("revoked") else "", "createdAt"
    ),
    "Budget": _offered({"covers", "every", "setAt"}, _gone("removedAt"), "setAt", {"persona"}),
}
"""By the type in their global ids. Workers have none, and are known by what they have."""


def found_in(data: Any, project_id: str | None) -> Iterator[Node]:
    """Every whole object in an answer. `project_id`: which all of them are of, where they do not say it."""
    if isinstance(data, list):
        for each in cast("Sequence[Any]", data):
            yield from found_in(each, project_id)
    elif isinstance(data, dict):
        whole = cast("Json", data)
        if node := _node(whole, project_id):
            yield node
        for value in whole.values():
            yield from found_in(value, project_id)


def _node(value: Json, project_id: str | None) -> Node | None:
    identifier = value.get("id")
    if not isinstance(identifier, str):
        return None
    parsed = ids.parse_global_id(identifier)
    name = parsed[0] if parsed else "Worker"
    kind = KINDS.get(name)
    if kind is None or not kind.needs <= value.keys():
        return None
    own: Json = value.get("project") or {}
    return Node(
        kind=name,
        id=identifier,
        project_id=identifier if name == "Project" else own.get("id", project_id),
        state=kind.state(value),
        place=kind.place(value),
        node=_bounded(value) if kind.keeps is None else _part(value, kind.keeps),
    )


def _part(node: Json, names: frozenset[str]) -> Json:
    part = {name: value for name, value in node.items() if name in names}
    return {name: value[:OFFERED] if isinstance(value, str) else value for name, value in part.items()}


def _bounded(node: Json) -> Json:
    if len(msgspec.json.encode(node)) <= LARGEST:
        return node
    return {name: value for name, value in node.items() if len(msgspec.json.encode(value)) <= LONGEST}


def merged(old: Json, new: Json) -> Json:
    """What is known of an object: an answer that has less of it takes nothing away, unless it is of another state."""
    if any(old.get(name) != new.get(name) for name in ("revision", "updatedAt")):
        return {**new, **({"project": old["project"]} if "project" in old and "project" not in new else {})}
    return {**old, **new}
