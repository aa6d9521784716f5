"""How projects' task files stand with the log: a row for each project, from its creation on."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast, get_args
from uuid import UUID

from quarterdeck.domain.project import ProjectCreated
from quarterdeck.domain.task_files import (
    TaskFilesEvent,
    TaskFilesWritten,
    TaskSyncFailed,
    TaskSynchronized,
    TaskSyncRequested,
    task_files_id,
)
from quarterdeck_projections import tables
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection

_NO_FAILURE: Row = {"failed_at": None, "failure": None, "next_step": None}


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    files = changes.of(tables.TaskFiles)
    for logged in batch:
        event = cast("ProjectCreated | TaskFilesEvent", logged.event)
        if isinstance(event, ProjectCreated):
            identifier = str(task_files_id(UUID(logged.stream_id)))
            row: Row = {"id": identifier, "project_id": logged.stream_id, "asked": 0, "answered": 0, "writing": False}
            files.insert((identifier,), row)
        else:
            files.update((logged.stream_id,), _row(logged, event))
    return changes


def _row(logged: Logged, event: TaskFilesEvent) -> Row:
    match event:
        case TaskSyncRequested():
            return {"asked": event.number}
        case TaskSynchronized():
            return _synchronized(logged, event)
        case TaskFilesWritten():
            written: Row = {"written_commit": event.commit, "commit": event.commit, "writing": False}
            return {**written, "synchronized_at": logged.recorded_at, **_NO_FAILURE}
        case TaskSyncFailed():
            failed: Row = {"failed_at": logged.recorded_at, "failure": event.message, "next_step": event.next_step}
            return {**failed, **_answered(event.answers)}
        case _:
            assert_never(event)


def _synchronized(logged: Logged, event: TaskSynchronized) -> Row:
    return {
        "commit": event.commit,
        "writing": bool(event.writing),
        "synchronized_at": logged.recorded_at,
        "read": event.read,
        "written": event.written,
        "findings": [asdict(each) for each in event.findings],
        "findings_total": event.findings_total,
        **_answered(event.answers),
        **_NO_FAILURE,
    }


def _answered(answers: int) -> Row:
    return {"answered": answers} if answers else {}


TASK_FILES = RowProjection(
    name="task_files",
    tables=(tables.TaskFiles,),
    topics=frozenset({ProjectCreated.TOPIC, *(cls.TOPIC for cls in get_args(TaskFilesEvent))}),
    project=project,
)
