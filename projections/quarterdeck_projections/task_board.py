"""Tasks as they stand, what they are linked to, and how they came to be so."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast, get_args

from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.session_work import SessionWork
from quarterdeck.domain.task_conflicts import FieldValue, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import (
    CLOSED,
    HELD,
    TaskAssigned,
    TaskBlocked,
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskCreated,
    TaskEdited,
    TaskEvent,
    TaskLink,
    TaskLinked,
    TaskProgressNoted,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
    TaskUnlinked,
    TaskWorkNoted,
)
from quarterdeck_projections import tables
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection

NO_CLAIM: Row = {
    "claim_number": None,
    "claimed_by": None,
    "claim_session_id": None,
    "claimed_at": None,
    "claim_expires_at": None,
}


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    for logged in batch:
        _apply(changes, logged, cast("TaskEvent", logged.event))
    return changes


def _apply(changes: Changes, logged: Logged, event: TaskEvent) -> None:
    tasks, key = changes.of(tables.Task), (logged.stream_id,)
    match event:
        case TaskCreated():
            tasks.insert(key, _created(logged, event))
        case TaskLinked(link=link):
            row: Row = {"task_id": logged.stream_id, **_link(link), "position": logged.position}
            changes.of(tables.TaskLink).replace(tuple(row.values())[:3], {**row, "linked_at": logged.recorded_at})
            tasks.update(key, _updated(logged, {}))
        case TaskUnlinked(link=link):
            changes.of(tables.TaskLink).delete((logged.stream_id, *_link(link).values()))
            tasks.update(key, _updated(logged, {}))
        case TaskWorkNoted(work=work):
            noted: Row = {"position": logged.position, "noted_at": logged.recorded_at, "work": asdict(work)}
            place: Row = {"task_id": logged.stream_id, "session_id": work.session_id}
            changes.of(tables.TaskWork).replace(tuple(place.values()), {**place, **noted})
            tasks.update(key, _updated(logged, {}))
        case TaskClaimRenewed():
            # as often as every few seconds: no change of the task
            tasks.update(key, {"claim_expires_at": event.expires_at.isoformat()})
            return
        case TaskConflictFound():
            found = _conflict(logged, event)
            changes.of(tables.TaskConflict).replace(tuple(found.values())[:3], found)
            tasks.update(key, _updated(logged, {}))
        case TaskConflictResolved():
            changes.of(tables.TaskConflict).delete((logged.stream_id, event.field or "", str(event.session_id or "")))
            tasks.update(key, _updated(logged, {}))
        case _:
            tasks.update(key, _updated(logged, _changed(logged, event)))
    row = {"position": logged.position, "task_id": logged.stream_id, "changes": told(event)}
    changes.of(tables.TaskHistory).insert((logged.position,), row)


def _conflict(logged: Logged, event: TaskConflictFound) -> Row:
    return {
        "task_id": logged.stream_id,
        "field": event.field or "",
        "session": str(event.session_id or ""),
        "position": logged.position,
        "base": _json(event.base),
        "file": _json(event.file),
        "log": _json(event.log),
        "found_at": logged.recorded_at,
    }


def _json(value: FieldValue) -> list[FieldValue]:
    """In a list, so that none is a value, too."""
    return [value]


def _created(logged: Logged, event: TaskCreated) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "project_id": event.project_id,
        "number": event.number,
        **asdict(event.fields),
        "revision": 1,
        "status": TaskStatus.OPEN,
        "reason": "",
        "assigned": False,
        "created_at": logged.recorded_at,
        "created_by": logged.actor_id,
        "created_by_user": logged.actor_id if logged.actor_kind == ActorKind.USER else None,
        "updated_at": logged.recorded_at,
    }


def _updated(logged: Logged, row: Row) -> Row:
    return {**row, "updated_at": logged.recorded_at}


def _changed(
    logged: Logged,
    event: TaskEdited
    | TaskClaimed
    | TaskReleased
    | TaskClaimExpired
    | TaskAssigned
    | TaskProgressNoted
    | TaskStatusChanged
    | TaskBlocked,
) -> Row:
    match event:
        case TaskEdited():
            return {**event.changes.given, "revision": event.revision}
        case TaskClaimed():
            return _claimed(logged, event)
        case TaskReleased() | TaskClaimExpired():
            return {**NO_CLAIM, "status": event.status, "owner_id": event.owner_id}
        case TaskAssigned(owner_id=owner_id):
            return {"owner_id": owner_id, "assigned": owner_id is not None}
        case TaskProgressNoted():
            return {}
        case TaskBlocked():
            return {"status": TaskStatus.BLOCKED, "reason": event.reason}
        case TaskStatusChanged(status=status):
            row: Row = {} if status in HELD else {**NO_CLAIM}
            closed_at = logged.recorded_at if status in CLOSED else None
            return {**row, "status": status, "owner_id": event.owner_id, "reason": event.reason, "closed_at": closed_at}
        case _:
            assert_never(event)


def _claimed(logged: Logged, event: TaskClaimed) -> Row:
    return {
        "status": event.status,
        "owner_id": event.user_id,
        "reason": "",
        "claim_number": event.number,
        "claimed_by": event.user_id,
        "claim_session_id": event.session_id,
        "claimed_at": logged.recorded_at,
        "claim_expires_at": event.expires_at.isoformat(),
    }


def _link(link: TaskLink) -> dict[str, object]:
    return {"kind": link.kind, "target": link.target}


def told(event: TaskEvent) -> Row:  # noqa: PLR0912 - a table
    """By field what it became."""
    match event:
        case TaskCreated():
            return {**asdict(event.fields), "status": TaskStatus.OPEN}
        case TaskEdited():
            return event.changes.given
        case TaskClaimed():
            return {"status": event.status, "owner": event.user_id, "claim": event.number}
        case TaskReleased() | TaskClaimExpired():
            # what is blocked was so before
            status: Row = {} if event.status is TaskStatus.BLOCKED else {"status": event.status}
            return {**status, "owner": event.owner_id, "claim": None, **_reason(event)}
        case TaskAssigned():
            return {"owner": event.owner_id}
        case TaskProgressNoted():
            return {"note": event.text}
        case TaskStatusChanged():
            # an owner goes only where it is open again
            owner: Row = {"owner": event.owner_id} if event.status is TaskStatus.OPEN else {}
            return {"status": event.status, **owner, **_reason(event)}
        case TaskBlocked():
            return {"status": TaskStatus.BLOCKED, "reason": event.reason}
        case TaskLinked() | TaskUnlinked():
            return {"link" if isinstance(event, TaskLinked) else "unlink": _link(event.link)}
        case TaskWorkNoted(work=work):
            return {"work": _summary(work)}
        case TaskConflictFound() | TaskConflictResolved():
            return {"conflict": _told_conflict(event)}
        case TaskClaimRenewed():
            return {}
        case _:
            assert_never(event)


def _summary(work: SessionWork) -> Row:
    diff, commands = work.diff, work.commands
    return {
        "session": work.session_id,
        "how": work.how,
        "files": diff and diff.files,
        "lines_added": diff and diff.lines_added,
        "lines_removed": diff and diff.lines_removed,
        "commands": commands.count,
        "failed": commands.failed,
    }


def _told_conflict(event: TaskConflictFound | TaskConflictResolved) -> Row:
    if isinstance(event, TaskConflictResolved):
        return {"field": event.field, "resolved": event.choice, "by_rule": event.by_rule}
    return {"field": event.field, "file": event.file, "log": event.log}


def _reason(event: TaskReleased | TaskClaimExpired | TaskStatusChanged) -> Row:
    if isinstance(event, TaskClaimExpired):
        return {"reason": "The claim was not renewed in time."}
    return {"reason": event.reason} if event.reason else {}


TASK_BOARD = RowProjection(
    name="task_board",
    tables=(tables.Task, tables.TaskLink, tables.TaskWork, tables.TaskHistory, tables.TaskConflict),
    topics=frozenset(cls.TOPIC for cls in get_args(TaskEvent)),
    project=project,
)
