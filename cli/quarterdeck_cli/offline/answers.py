"""Answers to documents from what is known, in the server's form. Pure over a View."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec

from quarterdeck_cli.offline.nodes import Json

STATUSES: Final = ("OPEN", "CLAIMED", "IN_PROGRESS", "BLOCKED", "IN_REVIEW", "DONE", "DROPPED")
PRIORITIES: Final = ("URGENT", "HIGH", "NORMAL", "LOW")
_WHOLE: Json = {
    "body": "",
    "acceptance": [],
    "createdAt": "",
    "createdBy": "",
    "dependencies": [],
    "links": [],
    "conflicts": [],
}
"""What only `qd task show` asks for."""


class View(Protocol):
    """What is known, with the changes that wait."""

    user: str

    def tasks(self, project_id: str | None) -> list[Json]: ...
    def task(self, identifier: str) -> Json | None: ...
    def nodes(self, kind: str, project_id: str | None = None) -> list[Json]: ...
    def node(self, kind: str, identifier: str) -> Json | None: ...
    def notes(self, task: str) -> list[Json]: ...
    def listed_at(self, kind: str, project_id: str | None = None) -> float | None: ...
    def seen_at(self, kind: str, identifier: str) -> float | None: ...


class Known(msgspec.Struct, frozen=True):
    """`at`: when it was seen; None where nothing of the kind ever was."""

    data: Json
    at: float | None


def answer(view: View, name: str, variables: Json) -> Known | None:
    """None: this document is asked of the server alone, or nothing is known for it."""
    answering = _ANSWERS.get(name)
    found = answering(view, variables) if answering else None
    return found if found and found.at is not None else None


def answers(name: str) -> bool:
    return name in _ANSWERS


def _projects(view: View, _variables: Json) -> Known:
    return Known({"projects": _connection(view.nodes("Project"))}, view.listed_at("Project"))


def _sessions(view: View, variables: Json) -> Known:
    states, project = variables.get("state"), variables.get("projectId")
    found = [each for each in view.nodes("Session", project) if not states or each["state"] in states]
    return Known({"sessions": _connection(found)}, view.listed_at("Session", project))


def _tasks(view: View, variables: Json) -> Known:
    project = variables.get("projectId")
    found = _chosen(view, project, variables.get("filter") or {}, variables.get("text"))
    return Known({"tasks": _connection(found)}, view.listed_at("Task", project))


def _board(view: View, variables: Json) -> Known:
    chosen: Json = variables.get("filter") or {}
    project = variables["projectId"]
    cards = sorted(_chosen(view, project, chosen, None), key=_urgency)
    columns = _columns(cards, variables["groupBy"], chosen.get("status") or STATUSES)
    shown = [
        {"key": key, "count": len(found), "entries": found[: variables["first"]]} for key, found in columns.items()
    ]
    return Known({"taskBoard": {"columns": shown}}, view.listed_at("Task", project))


def _columns(cards: Sequence[Json], grouping: str, statuses: Iterable[str]) -> dict[str | None, list[Json]]:
    if grouping == "STATUS":
        return {status.lower(): [each for each in cards if each["status"] == status] for status in statuses}
    columns: dict[str | None, list[Json]] = {}
    for card in cards:
        keys: list[str | None] = [card.get("ownerName")] if grouping == "OWNER" else (card["labels"] or [None])
        for key in keys:
            columns.setdefault(key, []).append(card)
    return dict(sorted(columns.items(), key=lambda column: (-len(column[1]), column[0] is None, column[0] or "")))


def _task_by_number(view: View, variables: Json) -> Known | None:
    found = [each for each in view.tasks(variables["projectId"]) if each["number"] == variables["number"]]
    return Known({"taskByNumber": whole(found[0])}, view.seen_at("Task", found[0]["id"])) if found else None


def _task(view: View, variables: Json) -> Known | None:
    found = view.task(variables["id"])
    return Known({"task": whole(found)}, view.seen_at("Task", found["id"])) if found else None


def _task_notes(view: View, variables: Json) -> Known:
    """Those that wait: others are not kept."""
    notes = view.notes(variables["id"])
    return Known({"task": {"notes": _connection(notes)}}, view.seen_at("Task", variables["id"]))


def _task_work(view: View, variables: Json) -> Known:
    return Known({"task": {"work": _connection([])}}, view.seen_at("Task", variables["id"]))


def whole(task: Json) -> Json:
    """With all that `qd task show` reads, and a mark where that is not known."""
    return task if _WHOLE.keys() <= task.keys() else {**_WHOLE, "createdAt": task["updatedAt"], **task, "partial": True}


def _chosen(view: View, project: str | None, chosen: Json, text: str | None) -> list[Json]:
    words = [word.strip('"').lower() for word in (text or "").split() if word != "OR"]
    return [each for each in view.tasks(project) if _fits(each, chosen, view.user) and _says(each, words)]


def _fits(task: Json, chosen: Json, user: str) -> bool:
    owner = user if chosen.get("owner") == "me" else chosen.get("owner")
    return (
        (not chosen.get("status") or task["status"] in chosen["status"])
        and (not chosen.get("priority") or task["priority"] in chosen["priority"])
        and set(chosen.get("label") or []) <= set(task["labels"])
        and (owner is None or task.get("ownerName") == owner)
        and not (chosen.get("unowned") and task.get("ownerName"))
    )


def _says(task: Json, words: list[str]) -> bool:
    """Word by word and without the server's knowledge of grammar; `-word` must not be there."""
    told = " ".join((task["title"], task.get("body", ""), *task["labels"])).lower()
    return all((word[1:] not in told) if word.startswith("-") and word[1:] else word in told for word in words)


def _urgency(task: Json) -> tuple[int, int]:
    return PRIORITIES.index(task["priority"]) if task["priority"] in PRIORITIES else 0, task["number"]


def _connection(nodes: Iterable[Json]) -> Json:
    """On one page."""
    return {"edges": [{"node": each} for each in nodes], "pageInfo": {"hasNextPage": False, "endCursor": None}}


_ANSWERS: dict[str, Callable[[View, Any], Known | None]] = {
    "projects": _projects,
    "sessions": _sessions,
    "tasks": _tasks,
    "task_board": _board,
    "task_by_number": _task_by_number,
    "task": _task,
    "task_notes": _task_notes,
    "task_work": _task_work,
}
