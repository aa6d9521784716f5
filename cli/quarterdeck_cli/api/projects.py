"""Projects."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.api.task_files import TaskSync
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError


class LimitsAsked(Answer, frozen=True):
    cpus: float | None
    memory_bytes: int | None
    processes: int | None
    open_files: int | None
    file_bytes: int | None
    workspace_bytes: int | None
    workspace_files: int | None
    temporary_bytes: int | None
    output_bytes: int | None
    wall_seconds: int | None
    idle_seconds: int | None


class NetworkRule(Answer, frozen=True):
    host: str
    port: int


class TaskFiles(Answer, frozen=True):
    enabled: bool
    paths: tuple[str, ...]
    conflicts: str
    bot_name: str
    bot_mail: str
    branch: str | None = None
    section: str | None = None


class ProjectSettings(Answer, frozen=True):
    jail_driver: str
    max_sessions: int
    max_sessions_per_user: int | None
    max_commands_per_session: int
    command_timeout_seconds: int
    limits: LimitsAsked
    strict_limits: bool
    network: tuple[NetworkRule, ...]
    image: str
    dockerfile: str
    runtime: str
    keep_ignored: bool
    when_idle: str
    task_at_close: str
    task_files: TaskFiles
    snapshot_bytes: int | None = None


class Project(Answer, frozen=True):
    id: str
    name: str
    repository: str
    default_branch: str
    archived: bool
    created_at: str


class ProjectDetails(Project, frozen=True):
    settings: ProjectSettings
    task_sync: TaskSync


def projects(client: Client) -> AsyncIterator[Project]:
    return pages(client, "projects", "projects", {}, Project)


async def project(client: Client, project_id: str) -> ProjectDetails:
    data = await client.query("project", {"id": project_id})
    if data["project"] is None:
        raise NotFoundError("There is no such project.", "List yours with `qd project list`.")
    return read(ProjectDetails, data["project"])


async def create_project(client: Client, repository: str, name: str | None, branch: str | None) -> Project:
    payload = await client.mutate("create_project", {"repository": repository, "name": name, "defaultBranch": branch})
    return read(Project, payload["project"])


async def change_settings(client: Client, project_id: str, settings: dict[str, Any]) -> ProjectDetails:
    """`settings`: the API's ProjectSettingsInput. Gives the project as it is then."""
    changed = await client.mutate("change_project_settings", {"projectId": project_id, "settings": settings})
    return read(ProjectDetails, changed["project"])
