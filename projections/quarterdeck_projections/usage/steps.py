"""The steps of a task's way, as facts: each at the time of the task's creation, with how long after that it was."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from quarterdeck.domain.exports import ExportFormat, WorkspaceExported
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import LinkKind, TaskClaimed, TaskCreated, TaskLinked, TaskStatus, TaskStatusChanged
from quarterdeck_projections.usage.entries import Entry
from quarterdeck_projections.usage.facts import Fact, Maker, Past
from quarterdeck_projections.usage.measures import Measure


class Step(StrEnum):
    """In the order of a task's way. Further ones take their place in it; `dropped` is its other end."""

    CREATED = "created"
    CLAIMED = "claimed"
    SESSION = "session"
    IN_REVIEW = "in_review"
    EXPORTED = "exported"
    DONE = "done"
    DROPPED = "dropped"


WAY = tuple(step for step in Step if step is not Step.DROPPED)


def step_of(entry: Entry, past: Past) -> Iterator[Fact]:
    """The step that a task made with an event, each time that it made it. Nothing for others."""
    found = _step(entry, past)
    if found is None or entry.project_id is None:
        return
    task_id, step = found
    if isinstance(entry.event, TaskCreated):
        created: Entry | None = entry
    else:
        created = past.last(task_id, entry.position, TaskCreated)
    if created is None:
        return
    after = max(0, (entry.recorded_at - created.recorded_at) // timedelta(milliseconds=1))
    fact = Maker(entry, past)(Measure.TASK_STEP, after, detail=step)
    yield fact._replace(at=created.recorded_at, task_id=task_id)


def _step(entry: Entry, past: Past) -> tuple[UUID, Step] | None:
    match entry.event:
        case TaskCreated():
            return entry.stream_id, Step.CREATED
        case TaskClaimed():
            return entry.stream_id, Step.CLAIMED
        case TaskLinked(link=link) if link.kind is LinkKind.SESSION:
            return entry.stream_id, Step.SESSION
        case TaskStatusChanged(status=status) if status in _OF_STATUS:
            return entry.stream_id, _OF_STATUS[status]
        case WorkspaceExported(format=ExportFormat.BRANCH):
            given = past.last(entry.session_id, entry.position, SessionTaskGiven)
            return (given.event.task_id, Step.EXPORTED) if given and isinstance(given.event, SessionTaskGiven) else None
        case _:
            return None


_OF_STATUS = {
    TaskStatus.IN_REVIEW: Step.IN_REVIEW,
    TaskStatus.DONE: Step.DONE,
    TaskStatus.DROPPED: Step.DROPPED,
}
