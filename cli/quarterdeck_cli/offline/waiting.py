"""Changes that wait, and how tasks look with them. Pure."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from quarterdeck_cli.offline.nodes import Json

QUEUED: Final = ("create_task", "edit_task", "change_task_status", "block_task", "note_task_progress")
"""Documents of what may wait. A claim may not: it is a lease, which somebody else would have to see at once."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A change, in the order that changes were made in."""

    number: int
    key: str
    document: str
    input: Json
    task: str
    """Global id, or the name that a new one has here."""
    said: str
    made_at: float
    was: Json
    attempted: bool
    trouble: str
    next_step: str


def is_name(task: Any) -> bool:
    """Whether it is what a new task is called until it has an id."""
    return isinstance(task, str) and task.startswith("new-")


def status_in(document: str, asked: Json) -> str | None:
    """The status that a change sets."""
    return "BLOCKED" if document == "block_task" else asked.get("status")


def predecessors(asked: Json) -> list[str]:
    """Tasks without a number that the one which is asked for is to be done after."""
    return list(filter(is_name, _fields(asked).get("dependencies") or ()))


def numbered(asked: Json, numbers: dict[str, int]) -> Json:
    """With the numbers of tasks that had none."""
    if not numbers:
        return asked
    fields = _fields(asked)
    told = {**fields, "dependencies": [numbers.get(each, each) for each in fields["dependencies"]]}
    return {**asked, ("changes" if "changes" in asked else "fields"): told}


def with_changes(node: Json, waiting: Sequence[Waiting]) -> Json:
    """A task as it will be once its changes were taken; those in trouble only show that there are some."""
    own = [each for each in waiting if each.task == node["id"]]
    changed = dict(node)
    for each in own:
        if not each.trouble:
            changed |= _changed(changed, each)
    return {**changed, "pending": True} if own else node


def new_task(change: Waiting, project: Json | None, author: str) -> Json:
    """What was written down and has no number yet. Its name stands for its id and its reference."""
    fields: Json = change.input.get("fields") or {}
    node: Json = {
        "id": change.task,
        "number": 0,
        "reference": change.task,
        "title": change.input["title"],
        "labels": fields.get("labels", []),
        "priority": fields.get("priority", "NORMAL"),
        "estimate": fields.get("estimate", 0),
        "revision": 0,
        "status": "OPEN",
        "assigned": False,
        "conflicted": False,
        "updatedAt": moment(change.made_at),
        "createdAt": moment(change.made_at),
        "createdBy": author,
        "body": fields.get("body", ""),
        "acceptance": fields.get("acceptance", []),
        "dependencies": [_dependency(each) for each in fields.get("dependencies", [])],
        "links": [],
        "conflicts": [],
        "pending": True,
    }
    return {**node, "project": project} if project else node


def moment(at: float) -> str:
    """As the API writes a time."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).isoformat()


def _changed(node: Json, change: Waiting) -> Json:
    match change.document:
        case "change_task_status" | "block_task":
            return {"status": status_in(change.document, change.input), "reason": change.input.get("reason")}
        case "edit_task":
            fields: dict[str, Any] = dict(change.input["changes"])
            if "dependencies" in fields:
                known = {each["number"] or each["reference"]: each for each in node.get("dependencies", [])}
                fields["dependencies"] = [known.get(each) or _dependency(each) for each in fields["dependencies"]]
            return fields
        case _:
            return {}


def _fields(asked: Json) -> Json:
    return asked.get("changes") or asked.get("fields") or {}


def _dependency(task: int | str) -> Json:
    """Of a task by its number, or its name where it has none."""
    number, reference = (task, f"T-{task}") if isinstance(task, int) else (0, task)
    return {"number": number, "reference": reference, "title": "", "status": ""}
