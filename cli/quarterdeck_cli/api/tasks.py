"""Tasks."""

from collections.abc import AsyncIterator
from typing import Any, Final

from msgspec import UNSET, UnsetType

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.api.sessions import ProjectName, Session
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError

LIVE: Final = ("OPEN", "CLAIMED", "IN_PROGRESS", "BLOCKED", "IN_REVIEW")
PAGE: Final = 50


class Claim(Answer, frozen=True):
    number: int
    holder_name: str
    claimed_at: str
    expires_at: str
    session_id: str | None = None


class Task(Answer, frozen=True):
    id: str
    number: int
    reference: str
    title: str
    labels: tuple[str, ...]
    priority: str
    estimate: int
    revision: int
    status: str
    assigned: bool
    conflicted: bool
    updated_at: str
    reason: str | None = None
    owner_name: str | None = None
    closed_at: str | None = None
    claim: Claim | None = None
    project: ProjectName | None = None
    pending: bool | UnsetType = UNSET
    """Changes of it wait to be sent, or for a decision."""


class Dependency(Answer, frozen=True):
    number: int
    reference: str
    title: str
    status: str


class Link(Answer, frozen=True):
    kind: str
    linked_at: str
    session_id: str | None = None
    command_id: str | None = None
    commit: str | None = None


class Conflict(Answer, frozen=True):
    """Values are JSON text. `field`: None for the task itself."""

    base: str
    file: str
    log: str
    found_at: str
    field: str | None = None
    session_id: str | None = None


class TaskDetails(Task, frozen=True, kw_only=True):
    body: str
    acceptance: tuple[str, ...]
    created_at: str
    created_by: str
    dependencies: tuple[Dependency, ...]
    links: tuple[Link, ...]
    conflicts: tuple[Conflict, ...]
    partial: bool | UnsetType = UNSET
    """No more of it is known, while the server does not answer, than lists show."""


class StartedTask(Answer, frozen=True):
    task: TaskDetails
    session: Session
    position: int


class Note(Answer, frozen=True):
    text: str
    noted_at: str
    author: str
    session_id: str | None = None


class FieldChange(Answer, frozen=True):
    field: str
    value: str


class HistoryEntry(Answer, frozen=True):
    position: int
    recorded_at: str
    actor_kind: str
    actor: str
    changes: tuple[FieldChange, ...]
    session_id: str | None = None


class Column(Answer, frozen=True):
    key: str | None
    count: int
    entries: tuple[Task, ...]


class Changed(Answer, frozen=True):
    """Something happened to a task."""

    position: int
    topic: str
    task_id: str
    task: Task


def tasks(
    client: Client, project_id: str | None, chosen: dict[str, Any] | None = None, text: str | None = None
) -> AsyncIterator[Task]:
    """Newest first; with a text the best first. `chosen`: the API's TaskFilterInput."""
    variables = {"projectId": project_id, "filter": chosen, "text": text}
    return pages(client, "tasks", "tasks", variables, Task)


async def task(client: Client, task_id: str) -> TaskDetails:
    return _found((await client.query("task", {"id": task_id}))["task"])


async def task_by_number(client: Client, project_id: str, number: int) -> TaskDetails:
    data = await client.query("task_by_number", {"projectId": project_id, "number": number})
    return _found(data["taskByNumber"])


async def notes(client: Client, task_id: str, first: int) -> list[Note]:
    """The newest first."""
    data = await client.query("task_notes", {"id": task_id, "first": first})
    return [read(Note, edge["node"]) for edge in present(data["task"])["notes"]["edges"]]


async def history(client: Client, task_id: str, fields: list[str]) -> AsyncIterator[HistoryEntry]:
    """Newest first."""
    after: str | None = None
    while True:
        variables = {"id": task_id, "field": fields or None, "first": PAGE, "after": after}
        connection = present((await client.query("task_history", variables))["task"])["history"]
        for edge in connection["edges"]:
            yield read(HistoryEntry, edge["node"])
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


async def board(
    client: Client, project_id: str, group_by: str, chosen: dict[str, Any] | None, first: int
) -> tuple[Column, ...]:
    variables = {"projectId": project_id, "groupBy": group_by, "filter": chosen, "first": first}
    return read(tuple[Column, ...], (await client.query("task_board", variables))["taskBoard"]["columns"])


async def create(client: Client, asked: dict[str, Any]) -> TaskDetails:
    """`asked`: the API's CreateTaskInput, and so with those below."""
    return _task(await client.mutate("create_task", asked))


async def edit(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("edit_task", asked))


async def claim(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("claim_task", asked))


async def start(client: Client, asked: dict[str, Any]) -> StartedTask:
    return read(StartedTask, await client.mutate("start_task", asked))


async def renew(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("renew_task", asked))


async def release(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("release_task", asked))


async def assign(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("assign_task", asked))


async def note(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("note_task_progress", asked))


async def change_status(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("change_task_status", asked))


async def block(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("block_task", asked))


async def link(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("link_task", asked))


async def unlink(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return _task(await client.mutate("unlink_task", asked))


def _task(payload: dict[str, Any]) -> TaskDetails:
    return read(TaskDetails, payload["task"])


def _found(data: Any) -> TaskDetails:
    return read(TaskDetails, present(data))


def present(data: Any) -> Any:
    """A task as the API answered it. Raises NotFoundError for null."""
    if data is None:
        raise NotFoundError("There is no such task.", "List a project's with `qd task list`.")
    return data
