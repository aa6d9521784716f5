"""What is asked of a store of task files: to read those of branch `main`, and to commit them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from quarterdeck.application.ports.task_files import BranchFiles, CommitAsked

PATH = "docs/TASKS.md"
PROJECT = UUID(int=7)


def reading(source: str, *paths: str) -> BranchFiles:
    return BranchFiles(project_id=PROJECT, repository=source, branch="main", paths=paths or (PATH,))


def committing(source: str, onto: str, files: Mapping[str, bytes] | None = None) -> CommitAsked:
    return CommitAsked(
        project_id=PROJECT,
        repository=source,
        branch="main",
        onto=onto,
        files=files or {PATH: b"- [x] One\n"},
        name="Bot",
        mail="bot@x",
        made_at=datetime(2026, 11, 26, 12, tzinfo=UTC),
        message="Tasks\n",
    )
