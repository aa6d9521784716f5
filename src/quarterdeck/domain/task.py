"""Task: something to be done in a project, from the first word on it to its end.

The number is given out with the id: task 17 of a project is the stream `task_id(project, 17)`, and whoever writes its
first event has the number. How a task is worked on is decided in `task_work`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from quarterdeck.domain import task_conflicts, task_fields
from quarterdeck.domain.errors import ConflictError, InvalidInputError, LimitExceededError, NotFoundError
from quarterdeck.domain.session_work import SessionWork
from quarterdeck.domain.task_conflicts import Conflicts, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import (
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
    WorkEvent,
)
from quarterdeck.domain.task_fields import TaskChanges, TaskFields, check_text

MAX_TASKS = 100_000
"""Of one project, those that are done counted."""
MAX_NOTES = 1_000
MAX_NOTE = 4_000
MAX_LINKS = 200


def task_id(project_id: UUID, number: int) -> UUID:
    return uuid5(project_id, f"task {number}")


@dataclass(frozen=True, kw_only=True)
class Claim:
    number: int
    user_id: UUID
    session_id: UUID | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoTask:
    pass


@dataclass(frozen=True, kw_only=True)
class Task:
    project_id: UUID
    number: int
    fields: TaskFields
    revision: int = 1
    revised: Mapping[str, int] = field(default_factory=dict[str, int])
    """By field the revision that changed it last; those that are as they were created are not in it."""
    status: TaskStatus = TaskStatus.OPEN
    reason: str = ""
    """Why it is blocked, or what was said with its last status."""
    owner_id: UUID | None = None
    """Who is to do it, does it or did it."""
    assigned: bool = False
    """Somebody has said who is to do it; it is theirs also when no claim holds."""
    claim: Claim | None = None
    claims: int = 0
    notes: int = 0
    links: frozenset[TaskLink] = frozenset()
    work: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    """By session that worked on it, the last of its ends that is noted: the version of its stream."""
    conflicts: Conflicts = field(default_factory=dict[task_conflicts.ConflictKey, TaskConflictFound])
    """With its files, that are open."""

    @property
    def reference(self) -> str:
        return task_fields.reference(self.number)


TaskState = NoTask | Task


def evolve(state: TaskState, event: TaskEvent) -> TaskState:
    if isinstance(event, TaskCreated):
        return Task(project_id=event.project_id, number=event.number, fields=event.fields)
    if isinstance(state, NoTask):
        # what it began with was erased
        return state
    match event:
        case TaskEdited():
            revised = {**state.revised, **dict.fromkeys(event.changes.given, event.revision)}
            fields = task_fields.changed(state.fields, event.changes)
            return replace(state, fields=fields, revision=event.revision, revised=revised)
        case TaskProgressNoted():
            return replace(state, notes=state.notes + 1)
        case TaskLinked(link=link):
            return replace(state, links=state.links | {link})
        case TaskUnlinked(link=link):
            return replace(state, links=state.links - {link})
        case TaskWorkNoted(work=work):
            return replace(state, work={**state.work, work.session_id: work.ending})
        case TaskConflictFound() | TaskConflictResolved():
            return replace(state, conflicts=task_conflicts.evolve(state.conflicts, event))
        case _:
            return _worked_on(state, event)


def _worked_on(task: Task, event: WorkEvent) -> Task:
    match event:
        case TaskClaimed():
            return _claimed(task, event)
        case TaskClaimRenewed():
            return replace(task, claim=task.claim and replace(task.claim, expires_at=event.expires_at))
        case TaskReleased() | TaskClaimExpired():
            return replace(task, claim=None, status=event.status, owner_id=event.owner_id)
        case TaskAssigned(owner_id=owner_id):
            return replace(task, owner_id=owner_id, assigned=owner_id is not None)
        case TaskStatusChanged(status=status):
            claim = task.claim if status in HELD else None
            return replace(task, status=status, owner_id=event.owner_id, reason=event.reason, claim=claim)
        case TaskBlocked():
            return replace(task, status=TaskStatus.BLOCKED, reason=event.reason)
        case _:
            assert_never(event)


def _claimed(task: Task, event: TaskClaimed) -> Task:
    claim = Claim(number=event.number, user_id=event.user_id, session_id=event.session_id, expires_at=event.expires_at)
    return replace(task, claim=claim, claims=event.number, owner_id=event.user_id, status=event.status, reason="")


def existing(state: TaskState) -> Task:
    if isinstance(state, NoTask):
        raise NotFoundError("There is no such task.", "List a project's with `qd task list`.")
    return state


class NumberTakenError(ConflictError):
    """Somebody has the number. The next one may be free."""


def create(state: TaskState, *, project_id: UUID, number: int, fields: TaskFields) -> tuple[TaskEvent, ...]:
    if not isinstance(state, NoTask):
        raise NumberTakenError(f"There is a task {state.reference} already.")
    if number > MAX_TASKS:
        raise LimitExceededError(
            f"This project has {MAX_TASKS:,} tasks, which is as many as one may have.", "Make another project."
        )
    return (TaskCreated(project_id=project_id, number=number, fields=task_fields.normalised_fields(fields)),)


def edit(state: TaskState, wanted: TaskChanges, base: int | None = None) -> tuple[TaskEvent, ...]:
    """`base`: the revision that the edit was made on. Without it, the last one wins. What is so already is no edit."""
    task = existing(state)
    if base is not None and not 1 <= base <= task.revision:
        raise InvalidInputError(
            f"{task.reference} has no revision {base}: it was created with 1, and has {task.revision} now.",
            "Give the revision of the task that you have edited.",
            field="base",
        )
    changes = task_fields.differing(task.fields, task_fields.normalised(wanted))
    if not changes.given:
        return ()
    task_fields.check_base(changes, base, task.revised, task.fields)
    return (TaskEdited(revision=task.revision + 1, changes=changes),)


def note(state: TaskState, text: str) -> tuple[TaskEvent, ...]:
    task = existing(state)
    text = text.strip()
    if not text:
        raise InvalidInputError("There is nothing in this note.", "Say what was done.", field="text")
    check_text(text, MAX_NOTE, "text", "A progress note")
    if task.notes >= MAX_NOTES:
        raise LimitExceededError(f"{task.reference} has {MAX_NOTES:,} notes already.", "Edit its body instead.")
    return (TaskProgressNoted(text=text),)


def link(state: TaskState, wanted: TaskLink) -> tuple[TaskEvent, ...]:
    task = existing(state)
    if wanted in task.links:
        return ()
    if len(task.links) >= MAX_LINKS:
        raise LimitExceededError(f"{task.reference} has {MAX_LINKS} links already.", "Take one away first.")
    return (TaskLinked(link=wanted),)


def unlink(state: TaskState, unwanted: TaskLink) -> tuple[TaskEvent, ...]:
    return (TaskUnlinked(link=unwanted),) if unwanted in existing(state).links else ()


def note_work(state: TaskState, work: SessionWork) -> tuple[TaskEvent, ...]:
    """Once for each end of a session, whoever looks and how often. Nothing where the task's beginning was erased."""
    if isinstance(state, NoTask) or work.ending <= state.work.get(work.session_id, 0):
        return ()
    return (TaskWorkNoted(work=work),)
