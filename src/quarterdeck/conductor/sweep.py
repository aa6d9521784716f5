"""The sweep: what was asked for and is not done, and workers that are gone."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.workers import WorkerLease, WorkerRegistry
from quarterdeck.application.streams import SESSION
from quarterdeck.conductor.open_work import OpenSession, OpenWork
from quarterdeck.conductor.relay import Relay
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain import session
from quarterdeck.domain.session_events import SessionEvent
from quarterdeck.domain.session_state import ReadySession, SessionState

logger = structlog.get_logger(__name__)


class Sweep:
    """Two conductors that sweep at once do no harm: every job has its event's id, every event its version."""

    def __init__(
        self,
        settings: ConductorSettings,
        work: OpenWork,
        relay: Relay,
        journal: Journal,
        registry: WorkerRegistry,
        clock: Clock,
    ) -> None:
        self._settings, self._work, self._relay = settings, work, relay
        self._journal, self._registry, self._clock = journal, registry, clock
        self._watching_since = clock.now()
        self._last = clock.now()

    def interrupted(self) -> None:
        """Nothing could be seen: how long a worker has been away counts from the next sweep on."""
        self._last = datetime.min.replace(tzinfo=self._last.tzinfo)

    async def once(self) -> None:
        now = self._clock.now()
        # after a pause (the host slept, the database was away) workers get the time to show up again
        if now - self._last > timedelta(seconds=3 * self._settings.sweep_seconds + 1):
            self._watching_since = now
        leases = {lease.worker_id: lease for lease in await self._registry.all()}
        self._last = now
        await self._bury(leases, now)
        await self._remind(now - timedelta(seconds=self._settings.overdue_seconds))

    async def _bury(self, leases: dict[str, WorkerLease], now: datetime) -> None:
        for session_id, each in list(self._work.sessions.items()):
            if isinstance(each.state, ReadySession) and self._is_gone(leases.get(each.state.worker_id), now):
                await self._lose(session_id, each.state.worker_id)

    def _is_gone(self, lease: WorkerLease | None, now: datetime) -> bool:
        silent_since = max(lease.expires_at, self._watching_since) if lease else self._watching_since
        return now - silent_since > timedelta(seconds=self._settings.grace_seconds)

    async def _lose(self, session_id: UUID, worker_id: str) -> None:
        reason = f"Worker {worker_id} has not been heard of for too long."
        logger.warning("a session is lost with its worker", session=str(session_id), worker=worker_id)

        def decide(state: SessionState) -> tuple[SessionEvent, ...]:
            return session.lose_worker(state, worker_id, reason)

        # its commands follow when the relay sees this event
        await self._journal.decide(SESSION, session_id, decide)

    async def _remind(self, before: datetime) -> None:
        """Publishes again what JetStream may have lost."""
        for session_id, each in list(self._work.sessions.items()):
            await self._remind_of_session(session_id, each, before)
        for command in self._work.waiting_since(before):
            await self._relay.publish(command.asked, command.session_id)
        for command in list(self._work.commands.values()):
            if command.cancelled and command.cancelled.envelope.recorded_at < before:
                await self._relay.publish(command.cancelled, command.session_id)

    async def _remind_of_session(self, session_id: UUID, each: OpenSession, before: datetime) -> None:
        asked = each.closing or (None if isinstance(each.state, ReadySession) else each.admitted)
        if asked and asked.envelope.recorded_at < before:
            await self._relay.publish(asked, session_id)
