"""Claims of tasks: those of sessions that work on one go on as long as the session, others until they run out."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import PROJECT, SESSION, TASK
from quarterdeck.conductor.held_tasks import HeldTask
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain import task_work
from quarterdeck.domain.project import Project, TaskAtClose
from quarterdeck.domain.session_state import EndedSession, LiveSession, NoSession
from quarterdeck.domain.task import Claim, NoTask, Task, TaskState
from quarterdeck.domain.task_events import TaskEvent, TaskStatus

CLOSED = "closed"
"""How a session ended that somebody, or a limit of time, has closed."""
logger = structlog.get_logger(__name__)


class Claims:
    """Safe to run beside another conductor's: it is decided on the task's own stream, so one claim ends once."""

    def __init__(self, work: OpenWork, journal: Journal, clock: Clock) -> None:
        self._work, self._journal, self._clock = work, journal, clock

    async def once(self) -> None:
        now = self._clock.now()
        for task_id, session_id, held in self._work.held.of_sessions():
            await self._follow(task_id, session_id, held, now)
        for task_id, held in self._work.held.due(now):
            logger.info("a claim has run out", task=str(task_id))
            await self._journal.decide(TASK, task_id, partial(_expire, now=now))
            # where there was nothing left to end, the log brings nothing that says so
            self._work.held.forget(task_id, held)

    async def _follow(self, task_id: UUID, session_id: UUID, held: HeldTask, now: datetime) -> None:
        """Renews the claim in the second half of its lease while its session lives, and gives it back at its end."""
        if session_id in self._work.sessions and now < held.expires_at - held.lease / 2:
            return
        # its own stream: what is open is not known to the conductor from its beginning on
        place = (await self._journal.read(SESSION, session_id)).state
        if isinstance(place, NoSession) or not _is_for(place, task_id):
            self._work.held.leave(task_id, held)
        elif isinstance(place, EndedSession):
            reason = f"The session that worked on it has ended ({place.how})."
            status = await self._status_at_close(place)
            give_back = partial(_give_back, session_id=session_id, status=status, reason=reason, now=now)
            await self._journal.decide(TASK, task_id, give_back)
            self._work.held.leave(task_id, held)
        else:
            renew = partial(_renew, session_id=session_id, lease=held.lease, now=now)
            await self._journal.decide(TASK, task_id, renew)

    async def _status_at_close(self, place: EndedSession) -> TaskStatus | None:
        """That the task gets; None: it is as far as somebody has said. A session that was lost has finished nothing."""
        home = (await self._journal.read(PROJECT, place.project_id)).state
        if place.how != CLOSED or not isinstance(home, Project):
            return None
        return _STATUS[TaskAtClose(home.settings.task_at_close)]


_STATUS = {
    TaskAtClose.NONE: None,
    TaskAtClose.IN_REVIEW: TaskStatus.IN_REVIEW,
    TaskAtClose.DONE: TaskStatus.DONE,
}


def _is_for(place: LiveSession | EndedSession, task_id: UUID) -> bool:
    return place.task is not None and place.task.task_id == task_id


def _claim_of(state: TaskState, session_id: UUID, now: datetime) -> Claim | None:
    """The session's, if it still holds."""
    held = state.claim if isinstance(state, Task) else None
    return held if held and held.session_id == session_id and now < held.expires_at else None


def _renew(state: TaskState, session_id: UUID, lease: timedelta, now: datetime) -> tuple[TaskEvent, ...]:
    held = _claim_of(state, session_id, now)
    return task_work.renew(state, user_id=held.user_id, number=held.number, lease=lease, now=now) if held else ()


def _give_back(
    state: TaskState, session_id: UUID, status: TaskStatus | None, reason: str, now: datetime
) -> tuple[TaskEvent, ...]:
    """In one step with its status: nobody claims in between what is to be reviewed. What is blocked stays so."""
    held = _claim_of(state, session_id, now)
    if held is None:
        return ()
    if status and isinstance(state, Task) and state.status is not TaskStatus.BLOCKED:
        return task_work.change_status(state, status, user_id=held.user_id, reason=reason, now=now)
    return task_work.release(state, user_id=held.user_id, number=held.number, reason=reason, now=now)


def _expire(state: TaskState, now: datetime) -> tuple[TaskEvent, ...]:
    return () if isinstance(state, NoTask) else task_work.expire(state, now)
