"""A task right after a mutation."""

from typing import TypeVar
from uuid import UUID

import strawberry

from quarterdeck.application.requests import Outcome
from quarterdeck.domain.task import TaskState
from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.tasks.types import Task, task_of


async def shown_task(info: Info, identifier: UUID, position: int) -> Task:
    return await shown(info, Task, identifier, info.context.task, task_of, position=position, projection="task_board")


@strawberry.type
class TaskPayload:
    """What every mutation of a task answers."""

    task_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def task(self, info: Info) -> Task:
        return await shown_task(info, self.task_id, self.position)


PayloadT = TypeVar("PayloadT", bound=TaskPayload)


def answer(kind: type[PayloadT], outcome: Outcome[TaskState]) -> PayloadT:
    return kind(task_id=outcome.subject_id, position=Long(outcome.position))
