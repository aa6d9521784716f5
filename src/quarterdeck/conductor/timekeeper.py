"""The limits of time: sessions that were open or idle for too long. The clock counts from the log's times, so it goes
on through any restart."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import SESSION
from quarterdeck.conductor.open_work import OpenSession, OpenWork
from quarterdeck.conductor.project_settings import know_settings
from quarterdeck.domain import session
from quarterdeck.domain.deadlines import Deadline, WhenIdle, deadlines
from quarterdeck.domain.limits import strictest
from quarterdeck.domain.pausing import Activity
from quarterdeck.domain.session_events import SessionEvent
from quarterdeck.domain.session_state import ReadySession, SessionState

logger = structlog.get_logger(__name__)

Decision = Callable[[SessionState], tuple[SessionEvent, ...]]


class Timekeeper:
    """Safe to run beside another conductor's: what is decided is decided again on the session's own stream."""

    def __init__(self, work: OpenWork, journal: Journal, clock: Clock) -> None:
        self._work, self._journal, self._clock = work, journal, clock
        self._turn = asyncio.Lock()

    async def once(self) -> None:
        async with self._turn:
            for project_id in {each.state.project_id for each in self._work.sessions.values()}:
                await know_settings(self._work, self._journal, project_id)
            now = self._clock.now()
            for session_id, decision in list(self._due(now)):
                await self._journal.decide(SESSION, session_id, decision)

    async def wake_sleepers(self) -> None:
        """A session that was paused because nobody used it goes on when somebody does."""
        async with self._turn:
            for session_id in [each for each in self._work.asleep if self._work.commands_of(each)]:
                await self._journal.decide(SESSION, session_id, _if_it_stays(session.request_resume))

    def _due(self, now: datetime) -> Iterator[tuple[UUID, Decision]]:
        busy = self._work.busy
        for session_id, each in self._work.sessions.items():
            for deadline in self._deadlines(each, busy=session_id in busy):
                if now >= deadline.at:
                    logger.info("a session's time is up", session=str(session_id), limit=deadline.limit)
                    yield session_id, _if_it_stays(_at_the_end(deadline))
                elif now >= deadline.warn_at:
                    yield session_id, _if_it_stays(partial(session.warn, near=deadline.warning))

    def _deadlines(self, each: OpenSession, *, busy: bool) -> Iterator[Deadline]:
        settings = self._work.settings.get(each.state.project_id)
        if settings is None or each.ready_at is None or not isinstance(each.state, ReadySession) or each.state.closing:
            return
        idle = each.state.pause.activity is Activity.RUNNING and not busy
        yield from deadlines(
            strictest(settings.limits, each.state.asked),
            settings.when_idle,
            ready_at=each.ready_at,
            idle_since=each.active_at if idle else None,
        )


def _at_the_end(deadline: Deadline) -> Decision:
    if deadline.action is WhenIdle.CLOSE:
        return partial(session.request_close, reason=deadline.reason)
    return partial(session.request_pause, reason=deadline.reason)


def _if_it_stays(decision: Decision) -> Decision:
    """It may have ended or begun to close since it was looked at."""

    def decide(state: SessionState) -> tuple[SessionEvent, ...]:
        return decision(state) if isinstance(state, ReadySession) and not state.closing else ()

    return decide
