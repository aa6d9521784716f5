"""How task files stand with the log, and the conflicts of tasks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.domain.task_files import SyncFinding
from quarterdeck_projections.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskFilesRow:
    project_id: UUID
    commit: str | None
    """That was read or written last; None: never."""
    written_commit: str | None
    writing: bool
    synchronized_at: datetime | None
    read: int | None
    written: int | None
    findings: tuple[SyncFinding, ...]
    findings_total: int
    asked: int
    answered: int
    failed_at: datetime | None
    failure: str | None
    next_step: str | None
    conflicts: int
    """Of all its tasks, that are open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskConflictRow:
    field: str | None
    session_id: UUID | None
    base: Any
    file: Any
    log: Any
    found_at: datetime


def _files(*, findings: list[dict[str, Any]] | None, findings_total: int | None, **columns: Any) -> TaskFilesRow:
    told = tuple(SyncFinding(**each) for each in findings or ())
    return TaskFilesRow(findings=told, findings_total=findings_total or 0, **columns)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, TaskFilesRow]:
    """By project."""
    query = """
        SELECT f.project_id, f.commit, f.written_commit, f.writing, f.synchronized_at, f.read, f.written, f.findings,
            f.findings_total, f.asked, f.answered, f.failed_at, f.failure, f.next_step,
            (
                SELECT count(*) FROM read.task_conflicts c JOIN read.tasks t ON t.id = c.task_id
                WHERE t.project_id = f.project_id
            ) AS conflicts
        FROM read.task_files f WHERE f.project_id = ANY(%(ids)s)
    """
    return {row.project_id: row for row in await database.rows(_files, query, {"ids": list(ids)})}


def _conflict(
    *, task_id: UUID, field: str, session: str, base: list[Any], file: list[Any], log: list[Any], found_at: datetime
) -> tuple[UUID, TaskConflictRow]:
    return task_id, TaskConflictRow(
        field=field or None,
        session_id=UUID(session) if session else None,
        base=base[0],
        file=file[0],
        log=log[0],
        found_at=found_at,
    )


async def load_conflicts(database: Database, ids: Collection[UUID]) -> dict[UUID, list[TaskConflictRow]]:
    """Of each task, in the order they were found."""
    query = """
        SELECT c.task_id, c.field, c.session, c.base, c.file, c.log, c.found_at FROM read.task_conflicts c
        WHERE c.task_id = ANY(%(ids)s) ORDER BY c.position
    """
    found: dict[UUID, list[TaskConflictRow]] = {task_id: [] for task_id in ids}
    for task_id, row in await database.rows(_conflict, query, {"ids": list(ids)}):
        found[task_id].append(row)
    return found
