"""Which answers are lists, and how much of one. Pure."""

from typing import Any

from quarterdeck_cli.offline.memory import Listed
from quarterdeck_cli.offline.nodes import KINDS, Json


def listed_in(name: str, variables: Json, data: Json) -> Listed | None:
    """None: no list, or a part of one that says nothing about what is not in it."""
    match name:
        case "projects":
            return _page("Project", None, (), variables, data["projects"])
        case "sessions":
            states = tuple(variables.get("state") or ())
            return _page("Session", variables.get("projectId"), states, variables, data["sessions"])
        case "tasks":
            return _page("Task", variables.get("projectId"), _statuses(variables), variables, data["tasks"])
        case "task_board":
            return Listed(kind="Task", project_id=variables["projectId"], states=None)
        case _:
            return None


def _statuses(variables: Json) -> tuple[str, ...] | None:
    """Only a list that was chosen by nothing else tells that a task is gone."""
    chosen: Json = variables.get("filter") or {}
    if variables.get("text") or chosen.keys() - {"status"}:
        return None
    return tuple(chosen.get("status") or ())


def _page(
    kind: str, project_id: str | None, states: tuple[str, ...] | None, variables: Json, connection: Any
) -> Listed:
    """Lists show the greatest place first. Tasks of several projects have no common order."""
    places = [KINDS[kind].place(edge["node"]) for edge in connection["edges"]]
    first, last = variables.get("after") is None, not connection["pageInfo"]["hasNextPage"]
    if kind == "Task" and project_id is None and not (first and last):
        states = None
    return Listed(
        kind=kind,
        project_id=project_id,
        states=states,
        above="" if last else min(places, default=""),
        upto=None if first else max(places, default=""),
    )
