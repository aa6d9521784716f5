"""Task files: how they stand with the log."""

from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.tasks import TaskDetails
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError


class SyncFinding(Answer, frozen=True):
    path: str
    message: str
    line: int | None = None
    number: int | None = None
    next_step: str | None = None


class TaskSync(Answer, frozen=True):
    state: str
    read: int
    written: int
    conflicts: int
    findings: tuple[SyncFinding, ...]
    findings_total: int
    asked: int
    answered: int
    commit: str | None = None
    written_commit: str | None = None
    synchronized_at: str | None = None
    failed_at: str | None = None
    error: str | None = None
    next_step: str | None = None


async def request_sync(client: Client, project_id: str, *, removals: bool) -> int:
    """The request's number."""
    payload = await client.mutate("sync_tasks", {"projectId": project_id, "removals": removals})
    return int(payload["request"])


async def task_sync(client: Client, project_id: str) -> TaskSync:
    data = await client.query("task_sync", {"id": project_id})
    if data["project"] is None:
        raise NotFoundError("There is no such project.", "List yours with `qd project list`.")
    return read(TaskSync, data["project"]["taskSync"])


async def resolve(client: Client, asked: dict[str, Any]) -> TaskDetails:
    return read(TaskDetails, (await client.mutate("resolve_task_conflict", asked))["task"])
