"""Following a project's tasks."""

from collections.abc import AsyncIterator
from typing import get_args
from uuid import UUID

import strawberry

from quarterdeck.application.ports.log import EventFilter, RawEvent
from quarterdeck.domain.task_events import TaskClaimRenewed, TaskEvent
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.context import Info
from quarterdeck_schema.events.subscriptions import position_of, visible_events
from quarterdeck_schema.requires import described, subscription
from quarterdeck_schema.scalars import START, Long
from quarterdeck_schema.tasks.shown import shown_task
from quarterdeck_schema.tasks.types import Task

TOPICS = frozenset(cls.TOPIC for cls in get_args(TaskEvent)) - {TaskClaimRenewed.TOPIC}


@strawberry.type(description="Something happened to a task. `position` is the cursor to go on after.")
class TaskChanged:
    identifier: strawberry.Private[UUID]
    position: Long
    topic: str = strawberry.field(description="The event's.")
    task_id: strawberry.ID

    @described("As it is now, which may be later than `position`.")
    async def task(self, info: Info) -> Task:
        return await shown_task(info, self.identifier, self.position)


@strawberry.type
class TaskSubscriptions:
    @subscription(
        "task:read",
        "What happens to a project's tasks after a position: stored, then live. Does not end. Renewals are left out.",
    )
    async def task_changed(
        self, info: Info, project_id: strawberry.ID, after: Long | None = START
    ) -> AsyncIterator[TaskChanged]:
        identifier, start = ids.decode_as("Project", project_id, "projectId"), position_of(after)
        await watched_project(info.context, identifier)
        return _changes(info, start, identifier)


async def _changes(info: Info, after: int, project_id: UUID) -> AsyncIterator[TaskChanged]:
    async for raw in visible_events(info.context, after, EventFilter(project_ids={project_id}, topics=TOPICS)):
        yield _changed(raw)


def _changed(raw: RawEvent) -> TaskChanged:
    return TaskChanged(
        identifier=raw.stream_id,
        position=Long(raw.position),
        topic=raw.topic,
        task_id=ids.encode("Task", raw.stream_id),
    )
