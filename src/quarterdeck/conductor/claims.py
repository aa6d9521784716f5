"""Claims of tasks that were not renewed in time: their end becomes an event."""

from datetime import datetime
from functools import partial

import structlog

from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import TASK
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain import task_work
from quarterdeck.domain.task import NoTask, TaskState
from quarterdeck.domain.task_events import TaskEvent

logger = structlog.get_logger(__name__)


class Claims:
    """Safe to run beside another conductor's: it is decided on the task's own stream, so one claim ends once."""

    def __init__(self, work: OpenWork, journal: Journal, clock: Clock) -> None:
        self._work, self._journal, self._clock = work, journal, clock

    async def once(self) -> None:
        now = self._clock.now()
        for task_id, held in self._work.held.due(now):
            logger.info("a claim has run out", task=str(task_id))
            await self._journal.decide(TASK, task_id, partial(_expire, now=now))
            # where there was nothing left to end, the log brings nothing that says so
            self._work.held.forget(task_id, held)


def _expire(state: TaskState, now: datetime) -> tuple[TaskEvent, ...]:
    return () if isinstance(state, NoTask) else task_work.expire(state, now)
