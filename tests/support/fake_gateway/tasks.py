"""Tasks over a World: what is asked for is done without further questions."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.support.fake_gateway.world import NOW, Json, World, global_id, page

LATER = "2030-11-23T08:00:00.123456+00:00"


def add_task(world: World, project: Json, title: str, **more: Any) -> Json:
    number = 1 + sum(task["project"] is project for task in world.tasks)
    task: Json = {
        "__typename": "Task",
        "id": global_id("Task", uuid4()),
        "number": number,
        "reference": f"T-{number}",
        "title": title,
        "body": "",
        "labels": [],
        "priority": "NORMAL",
        "estimate": 0,
        "acceptance": [],
        "dependencies": [],
        "links": [],
        "conflicted": False,
        "conflicts": [],
        "revision": 1,
        "status": "OPEN",
        "reason": None,
        "ownerName": None,
        "assigned": False,
        "claim": None,
        "createdAt": NOW,
        "createdBy": "ann",
        "updatedAt": NOW,
        "closedAt": None,
        "project": project,
        "written": [],
        "entries": [],
        "worked": [],
        **more,
    }

    def notes(_info: Any, first: int, after: str | None = None) -> Json:
        return page(task["written"], first, after)

    def history(_info: Any, first: int, after: str | None = None, field: list[str] | None = None) -> Json:
        return page(_entries(task, field), first, after)

    def work(_info: Any, first: int = 10, after: str | None = None) -> Json:
        return page(task["worked"], first, after)

    task.update(notes=notes, history=history, work=work)
    world.tasks.append(task)
    return task


def queries(world: World) -> dict[str, Callable[..., Any]]:
    def task(_info: Any, id: str) -> Json | None:  # noqa: A002 - the schema's name
        return _by_id(world, id)

    def task_by_number(_info: Any, projectId: str, number: int) -> Json | None:  # noqa: N803
        found = [each for each in world.tasks if each["project"]["id"] == projectId and each["number"] == number]
        return found[0] if found else None

    def tasks(_info: Any, first: int = 50, after: str | None = None, **wanted: Any) -> Json:
        world.asked.append(wanted)
        return page(_chosen(world, wanted), first, after)

    def task_board(_info: Any, groupBy: str, first: int, **wanted: Any) -> Json:  # noqa: N803
        key = {"STATUS": "status", "OWNER": "ownerName"}[groupBy]
        columns: dict[str | None, list[Json]] = {"in_review": []} if groupBy == "STATUS" else {}
        for each in _chosen(world, wanted):
            name = each[key].lower() if each[key] else None
            columns.setdefault(name, []).append(each)
        return {
            "columns": [{"key": name, "count": len(cards), "entries": cards[:first]} for name, cards in columns.items()]
        }

    return {"task": task, "taskByNumber": task_by_number, "tasks": tasks, "taskBoard": task_board}


def mutations() -> dict[str, Callable[[World, Json], Awaitable[Json]]]:
    return {
        "createTask": _create,
        "editTask": _changing(_edit),
        "claimTask": _changing(_claim),
        "renewTask": _changing(_claim),
        "releaseTask": _changing(lambda task, _: task.update(status="OPEN", claim=None, ownerName=None)),
        "assignTask": _changing(lambda task, asked: task.update(ownerName=asked.get("owner"), assigned=True)),
        "noteTaskProgress": _changing(_note),
        "changeTaskStatus": _changing(lambda task, asked: task.update(status=asked["status"])),
        "blockTask": _changing(lambda task, asked: task.update(status="BLOCKED", reason=asked["reason"])),
        "linkTask": _changing(_link),
        "resolveTaskConflict": _changing(lambda task, _: task.update(conflicted=False, conflicts=[])),
        "syncTasks": _synchronized,
        "unlinkTask": _changing(lambda task, _: task["links"].clear()),
    }


async def _synchronized(world: World, asked: Json) -> Json:
    """As the project's `taskSync` is to be from then on."""
    project = next(each for each in world.projects if each["id"] == asked["projectId"])
    sync = project["taskSync"]
    sync |= {"asked": sync["asked"] + 1, "answered": sync["asked"] + 1}
    return {"request": sync["asked"], "position": 1}


def _by_id(world: World, id_: str) -> Json | None:
    return next((task for task in world.tasks if task["id"] == id_), None)


def _chosen(world: World, wanted: Json) -> list[Json]:
    narrowed: Json = wanted.get("filter") or {}
    statuses = narrowed.get("status")
    return [
        task
        for task in reversed(world.tasks)
        if wanted.get("projectId") in {None, task["project"]["id"]} and (not statuses or task["status"] in statuses)
    ]


def _entries(task: Json, fields: list[str] | None) -> list[Json]:
    return [
        each for each in task["entries"] if not fields or {change["field"] for change in each["changes"]} & {*fields}
    ]


def _changing(change: Callable[[Json, Json], object]) -> Callable[[World, Json], Awaitable[Json]]:
    async def changed(world: World, asked: Json) -> Json:
        task = _by_id(world, asked["taskId"])
        if task is None:
            return {"__typename": "Failure", "code": "NOT_FOUND", "message": "There is no such task.", "nextStep": ""}
        change(task, asked)
        return {"task": task}

    return changed


async def _create(world: World, asked: Json) -> Json:
    project = next(each for each in world.projects if each["id"] == asked["projectId"])
    fields: Json = dict(asked.get("fields") or {})
    fields.pop("dependencies", None)
    return {"task": add_task(world, project, asked["title"], **fields)}


def _edit(task: Json, asked: Json) -> None:
    changes = dict(asked["changes"])
    numbers = changes.pop("dependencies", [each["number"] for each in task["dependencies"]])
    waits_for = [{"number": n, "reference": f"T-{n}", "title": "Earlier", "status": "OPEN"} for n in numbers]
    task.update(**changes, dependencies=waits_for, revision=task["revision"] + 1)


def _claim(task: Json, asked: Json) -> None:
    claim = {
        "number": 1,
        "holderName": "ann",
        "sessionId": asked.get("sessionId"),
        "claimedAt": NOW,
        "expiresAt": LATER,
    }
    task.update(status="CLAIMED", ownerName="ann", claim=claim)


def _note(task: Json, asked: Json) -> None:
    note = {"text": asked["text"], "notedAt": NOW, "author": "ann", "sessionId": asked.get("sessionId")}
    task["written"].insert(0, note)


def _link(task: Json, asked: Json) -> None:
    (name, target) = next(iter(asked["target"].items()))
    links = {"sessionId": None, "commandId": None, "commit": None, name: target}
    task["links"].append({"kind": name.removesuffix("Id").upper(), "linkedAt": NOW, **links})
