"""What is worth keeping of an answer. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec

from quarterdeck_cli import ids

Json = dict[str, Any]
LARGEST = 64 * 1024
"""Bytes of JSON. Of what is larger only the short parts are kept."""
LONGEST = 1024


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
}
"""By the type in their global ids."""


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
    parsed = ids.parse_global_id(identifier) if isinstance(identifier, str) else None
    kind = KINDS.get(parsed[0]) if parsed else None
    if parsed is None or kind is None or not kind.needs <= value.keys():
        return None
    own: Json = value.get("project") or {}
    home = identifier if parsed[0] == "Project" else own.get("id", project_id)
    return Node(
        kind=parsed[0],
        id=str(identifier),
        project_id=home,
        state=kind.state(value),
        place=kind.place(value),
        node=_bounded(value),
    )


def _bounded(node: Json) -> Json:
    if len(msgspec.json.encode(node)) <= LARGEST:
        return node
    return {name: value for name, value in node.items() if len(msgspec.json.encode(value)) <= LONGEST}


def merged(old: Json, new: Json) -> Json:
    """What is known of an object: an answer that has less of it takes nothing away, unless it is of another state."""
    if any(old.get(name) != new.get(name) for name in ("revision", "updatedAt")):
        return {**new, **({"project": old["project"]} if "project" in old and "project" not in new else {})}
    return {**old, **new}
