"""What sessions did for a task."""

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.tasks import present
from quarterdeck_cli.client import Client


class ChangedFile(Answer, frozen=True):
    path: str
    status: str
    lines_added: int | None = None
    lines_removed: int | None = None


class RanCommand(Answer, frozen=True):
    command_id: str
    text: str
    outcome: str
    failed: bool
    exit_code: int | None = None
    signal: str | None = None
    wall_ms: int | None = None


class Branch(Answer, frozen=True):
    branch: str
    commit: str


class ModelsUsed(Answer, frozen=True):
    calls: int
    tokens: int
    unpriced: int
    usd: str | None = None


class SessionWork(Answer, frozen=True, kw_only=True):
    session_id: str
    how: str
    began_at: str
    ended_at: str
    noted_at: str
    files_uncounted: int
    largest_changes: tuple[ChangedFile, ...]
    commands: int
    commands_failed: int
    commands_ms: int
    last_commands: tuple[RanCommand, ...]
    branches: tuple[Branch, ...]
    reason: str | None = None
    base_commit: str | None = None
    base_tree: str | None = None
    last_tree: str | None = None
    files_changed: int | None = None
    lines_added: int | None = None
    lines_removed: int | None = None
    missing: str | None = None
    usage: ModelsUsed | None = None


async def work_on(client: Client, task_id: str, first: int) -> tuple[list[SessionWork], bool]:
    """The last noted first, and whether there is more."""
    found = present((await client.query("task_work", {"id": task_id, "first": first}))["task"])["work"]
    return [read(SessionWork, edge["node"]) for edge in found["edges"]], found["pageInfo"]["hasNextPage"]
