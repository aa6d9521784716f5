"""How a project's task files stand with the log, as the API shows it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import orjson
import strawberry

from quarterdeck.domain.project import ProjectSettings
from quarterdeck.domain.task_conflicts import FieldValue
from quarterdeck.domain.task_files import SyncFinding
from quarterdeck.task_document.values import Field
from quarterdeck_projections.queries.task_files import TaskConflictRow, TaskFilesRow
from quarterdeck_schema import ids
from quarterdeck_schema.scalars import Long

strawberry.enum(Field, name="TaskFileField", description="What of a task a file can say.")


@strawberry.enum
class TaskSyncState(StrEnum):
    OFF = "off"
    WAITING = "waiting"
    """It was never done, was asked for, or something is about to be written."""
    IN_STEP = "in_step"
    FAILING = "failing"


@strawberry.type(description="Something in a file that does not count, or that one of the sides does not take.")
class TaskSyncFinding:
    path: str
    line: int | None
    number: int | None = strawberry.field(description="Of the task.")
    message: str
    next_step: str | None


@strawberry.type
class TaskSync:
    state: TaskSyncState
    commit: str | None = strawberry.field(description="Of the branch, that was read or written last.")
    written_commit: str | None = strawberry.field(description="The last one that was written.")
    synchronized_at: datetime | None
    read: int = strawberry.field(description="Tasks that the files changed in the log, the last time.")
    written: int = strawberry.field(description="Tasks that were changed in the files, the last time.")
    conflicts: int = strawberry.field(description="Of the project's tasks, that are open.")
    findings: list[TaskSyncFinding]
    findings_total: int
    asked: Long = strawberry.field(description="Requests to do it that there were.")
    answered: Long = strawberry.field(description="How many of those are done, or failed.")
    failed_at: datetime | None
    error: str | None
    next_step: str | None


@strawberry.type(description="File and log were both changed, to different values; each keeps its own.")
class TaskConflict:
    field: Field | None = strawberry.field(
        description="Null: the task itself, which was taken out of the file, and edited in the log."
    )
    base: str = strawberry.field(description="What both had last, as JSON text.")
    file: str = strawberry.field(description="What the file has, as JSON text.")
    log: str = strawberry.field(description="What the log has, as JSON text.")
    session_id: strawberry.ID | None = strawberry.field(
        description="The session whose copy of the file says so; null: the file on the watched branch."
    )
    found_at: datetime


def sync_of(row: TaskFilesRow | None, settings: ProjectSettings) -> TaskSync:
    return TaskSync(
        state=_state(row, enabled=settings.task_files.enabled),
        commit=row.commit if row else None,
        written_commit=row.written_commit if row else None,
        synchronized_at=row.synchronized_at if row else None,
        read=(row.read if row else None) or 0,
        written=(row.written if row else None) or 0,
        conflicts=row.conflicts if row else 0,
        findings=_findings(row.findings if row else ()),
        findings_total=row.findings_total if row else 0,
        asked=Long(row.asked if row else 0),
        answered=Long(row.answered if row else 0),
        failed_at=row.failed_at if row else None,
        error=row.failure if row else None,
        next_step=(row.next_step if row else None) or None,
    )


def _state(row: TaskFilesRow | None, *, enabled: bool) -> TaskSyncState:
    if not enabled:
        return TaskSyncState.OFF
    if row and row.failure:
        return TaskSyncState.FAILING
    if row is None or row.commit is None or row.writing or row.asked > row.answered:
        return TaskSyncState.WAITING
    return TaskSyncState.IN_STEP


def _findings(found: Sequence[SyncFinding]) -> list[TaskSyncFinding]:
    return [
        TaskSyncFinding(
            path=each.path,
            line=each.line or None,
            number=each.number,
            message=each.message,
            next_step=each.next_step or None,
        )
        for each in found
    ]


def conflict_of(row: TaskConflictRow) -> TaskConflict:
    return TaskConflict(
        field=Field(row.field) if row.field else None,
        base=_json(row.base),
        file=_json(row.file),
        log=_json(row.log),
        session_id=None if row.session_id is None else ids.encode("Session", row.session_id),
        found_at=row.found_at,
    )


def _json(value: FieldValue) -> str:
    return orjson.dumps(value).decode()
