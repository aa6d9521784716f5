"""Which answers are lists, and how much of one. Pure."""

from typing import Any

from quarterdeck_cli.offline.memory import PART, Listed
from quarterdeck_cli.offline.nodes import KINDS, Json

STANDING = ("",)
"""The state of what is not retired, ended or removed."""


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
        case "personas" if data["project"]:
            return _whole("Persona", variables["projectId"], STANDING, variables, data["project"]["personas"])
        case "alerts":
            states = tuple(variables.get("states") or ())
            return _whole("Alert", variables.get("projectId"), states, variables, data["alerts"])
        case "silences":
            return _whole("Silence", variables.get("projectId"), STANDING, variables, data["silences"])
        case "alert_rules" if variables.get("projectId"):
            return _whole("AlertRule", variables["projectId"], (), variables, data["alertRules"])
        case "tokens" if data["viewer"]:
            return _whole("Token", None, (), variables, data["viewer"]["tokens"])
        case "budgets" if variables.get("projectId"):
            return _whole("Budget", variables["projectId"], (), variables, data["budgets"])
        case "workers":
            return Listed(kind="Worker", project_id=None, states=())
        case _:
            return None


def _whole(
    kind: str, project_id: str | None, states: tuple[str, ...] | None, variables: Json, connection: Any
) -> Listed:
    """Of lists in an order of their own: only one that fits on a page tells what is not in it."""
    is_all = variables.get("after") is None and not connection["pageInfo"]["hasNextPage"]
    return Listed(kind=kind, project_id=project_id, states=states if is_all else None)


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
    if kind == "Task" and project_id is None and not (first and last and states is not None):
        project_id, states = PART, None
    return Listed(
        kind=kind,
        project_id=project_id,
        states=states,
        above="" if last else min(places, default=""),
        upto=None if first else max(places, default=""),
    )
