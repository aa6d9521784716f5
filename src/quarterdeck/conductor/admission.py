"""Letting sessions in: who waits gets a place as soon as one is free, in the order of the log."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.workers import WorkerLease, WorkerRegistry
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.conductor.project_settings import know_settings
from quarterdeck.domain import session
from quarterdeck.domain.admission import Applicant, PlaceTaken, admissions_id, admit
from quarterdeck.domain.project import ProjectSettingsChanged
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionClosed,
    SessionLost,
    SessionOpened,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.domain.worker import WorkerStarted

logger = structlog.get_logger(__name__)

LETS_IN = frozenset(
    each.TOPIC
    for each in (
        *(SessionOpened, SessionReopened),
        *(SessionClosed, SessionLost, SessionProvisioningFailed, ProjectSettingsChanged, WorkerStarted),
    )
)
"""Topics of the events that ask for a place, and of those that may free one. Who is let in then is in the log at once,
and its worker hears of it only when that is read."""


@dataclass(frozen=True)
class Admitted:
    """What is to be written, and the event that asked for it."""

    writes: Sequence[StreamWrite]
    cause: LoggedEvent


class Admission:
    """`work` holds the log as far as it was read: decisions stand on that, and on nothing that comes after it."""

    def __init__(self, work: OpenWork, journal: Journal, registry: WorkerRegistry, clock: Clock) -> None:
        self._work, self._journal, self._registry, self._clock = work, journal, registry, clock
        self._turn = asyncio.Lock()
        self._seen = 0

    async def settle_if_changed(self) -> None:
        """After events: the same where nothing that counts has happened."""
        if self._work.turnover != self._seen:
            await self.settle()

    async def settle(self) -> None:
        """Lets in all for whom there is a place now."""
        async with self._turn:
            self._seen = self._work.turnover
            projects = {each.project_id for each in self._work.waiting()}
            known = {each for each in projects if await self._know(each)}
            if not known:
                return
            leases = await patiently(self._registry.all)
            # from here on nothing is awaited: what is decided on and the versions it is written at belong together
            writes = self._decide(known, leases)
            await asyncio.gather(*(self._append(each) for each in writes))

    def _decide(self, known: set[UUID], leases: Sequence[WorkerLease]) -> list[list[Admitted]]:
        """By project, in order."""
        waiting = [each for each in self._work.waiting() if each.project_id in known]
        admitted = admit(waiting, self._work.placed(), self._work.settings, self._room(leases))
        by_project: dict[UUID, list[Admitted]] = {}
        for each in admitted:
            before = by_project.setdefault(each.project_id, [])
            before.append(self._writes(each, self._work.admissions[each.project_id] + len(before)))
        return list(by_project.values())

    def _writes(self, applicant: Applicant, version: int) -> Admitted:
        known = self._work.sessions[applicant.session_id]
        place = StreamWrite(
            stream_id=admissions_id(applicant.project_id),
            expected_version=version,
            events=(PlaceTaken(session_id=applicant.session_id),),
            project_id=applicant.project_id,
        )
        admitted = StreamWrite(
            stream_id=applicant.session_id, expected_version=known.version, events=session.admit(known.state)
        )
        return Admitted((place, admitted), known.asked)

    async def _know(self, project_id: UUID) -> bool:
        """False: what was read of it is later than what is known of its sessions. The log's tail brings that."""
        settings = await know_settings(self._work, self._journal, project_id)
        return settings and await self._know_version(project_id)

    async def _know_version(self, project_id: UUID) -> bool:
        if project_id not in self._work.admissions:
            events = await patiently(lambda: self._journal.log.load(admissions_id(project_id)))
            if events and events[-1].position > self._work.position:
                return False
            self._work.admissions.setdefault(project_id, events[-1].version if events else 0)
        return True

    def _room(self, leases: Sequence[WorkerLease]) -> int:
        """Sessions that the living workers can still take. Each of them keeps to its own number all the same."""
        sessions = self._work.sessions.values()
        held = Counter(each.state.worker_id for each in sessions if isinstance(each.state, ReadySession))
        coming = sum(each.is_placed and not isinstance(each.state, ReadySession) for each in sessions)
        alive = [lease for lease in leases if lease.expires_at > self._clock.now()]
        return sum(max(0, lease.capacity - held[lease.worker_id]) for lease in alive) - coming

    async def _append(self, admitted: list[Admitted]) -> None:
        """In order. Where another conductor was first, or one was closed, its event comes, and all is decided again."""
        for each in admitted:
            try:
                await self._journal.append(each.writes, each.cause)
            except ConcurrencyError:
                logger.debug("somebody was first; who waits is looked at again", session=str(each.cause.stream_id))
                return
