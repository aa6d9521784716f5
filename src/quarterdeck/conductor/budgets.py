"""Budgets that are used up: what they cover is paused, and goes on when they are answered or their period ends.

What is looked at is the log, each time that something has happened which may count; nothing is remembered but where to
look. What is found is decided on each session's own stream, so two conductors do it once.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application import budget_words
from quarterdeck.application.budget_reservations import Reservations
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import SESSION
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain import budget, session
from quarterdeck.domain.budget import Budget, BudgetRemoved, BudgetRevised, BudgetSet, Subject
from quarterdeck.domain.budget_ledger import (
    Account,
    BudgetAnswered,
    BudgetExhausted,
    BudgetPeriodOpened,
    BudgetTermsApplied,
)
from quarterdeck.domain.session_events import SessionEvent, SessionProvisioned
from quarterdeck.domain.session_holds import SessionHeld, SessionLetGo
from quarterdeck.domain.session_state import ReadySession

logger = structlog.get_logger(__name__)

_CHANGES = (BudgetRemoved, BudgetRevised, BudgetSet)
_HITS = (BudgetExhausted, BudgetAnswered, BudgetPeriodOpened, BudgetTermsApplied)
_SESSIONS = (SessionProvisioned, SessionHeld, SessionLetGo)


class BudgetKeeper:
    """`work` must have been told of each event before it is heard."""

    def __init__(self, work: OpenWork, journal: Journal, clock: Clock) -> None:
        self._work, self._journal, self._clock = work, journal, clock
        self._ledgers = Ledgers(journal.log, clock)
        self._reservations = Reservations(self._ledgers)
        self._turn = asyncio.Lock()
        self._everywhere = True
        self._projects: set[UUID] = set()
        self._ends: dict[UUID, datetime] = {}
        """When a budget that holds sessions of a project has its next period."""

    def hear(self, recorded: LoggedEvent) -> None:
        """Notes where to look."""
        event = recorded.event
        project_id = recorded.envelope.project_id
        if isinstance(event, (*_CHANGES, *_HITS)):
            if project_id in {None, budget.ALL_PROJECTS}:
                self._everywhere = True
            elif project_id:
                self._projects.add(project_id)
        elif isinstance(event, _SESSIONS) and (known := self._work.sessions.get(recorded.stream_id)):
            self._projects.add(known.state.project_id)

    async def settle(self) -> None:
        """Pauses and lets go where something has happened, or a period has ended."""
        async with self._turn:
            wanted = self._wanted(self._clock.now())
            if not wanted:
                return
            # what holds them is looked at before what is used up: so nothing is let go that is held because of later
            places = {project_id: list(self._sessions_of(project_id)) for project_id in wanted}
            try:
                for project_id in list(wanted):
                    await self._settle(project_id, places[project_id])
                    wanted.discard(project_id)
            finally:
                # what was not come to is looked at again
                self._projects |= wanted

    def _wanted(self, now: datetime) -> set[UUID]:
        """The projects to look at now. Those without a session have nothing to pause."""
        due = {project_id for project_id, ends in self._ends.items() if now >= ends}
        projects = {known.state.project_id for known in self._work.sessions.values()}
        wanted = projects if self._everywhere else (self._projects | due) & projects
        self._everywhere, self._projects = False, set()
        self._ends = {each: ends for each, ends in self._ends.items() if each in projects - wanted}
        return wanted

    async def expire(self) -> None:
        """Gives back what was reserved for calls that nobody has settled in time."""
        now = self._clock.now()
        for reservation_id, reserved in self._work.reserved.due(now):
            context = self._journal.after(reserved.made)
            await patiently(partial(self._reservations.expire, reservation_id, context))
            self._work.reserved.forget(reservation_id)

    async def _settle(self, project_id: UUID, places: list[tuple[UUID, ReadySession]]) -> None:
        used_up = await self._used_up(project_id)
        ends = [account.period.ends for _, account in used_up if account.period.ends]
        if ends:
            self._ends[project_id] = min(ends)
        for session_id, place in places:
            if _holding(used_up, session_id, place).keys() != place.holds.budgets:
                await self._settle_one(project_id, session_id)

    async def _settle_one(self, project_id: UUID, session_id: UUID) -> None:
        """The session is read before what is used up, and written only as it was read: so what another conductor did
        about something later is not done again, nor undone, about something earlier."""
        while True:
            stream = await self._journal.read(SESSION, session_id)
            if not isinstance(stream.state, ReadySession):
                return
            events = _decide(stream.state, _holding(await self._used_up(project_id), session_id, stream.state))
            if not events:
                return
            write = StreamWrite(stream_id=session_id, expected_version=stream.version, events=events)
            with suppress(ConcurrencyError):
                await self._journal.append([write], stream.events[-1])
                logger.info("a session is held or let go by a budget", session=str(session_id), did=events[0].TOPIC)

    async def _used_up(self, project_id: UUID) -> list[tuple[Budget, Account]]:
        own = await patiently(partial(self._ledgers.paused, project_id))
        return [*own, *await patiently(lambda: self._ledgers.paused(None))]

    def _sessions_of(self, project_id: UUID) -> Iterator[tuple[UUID, ReadySession]]:
        for session_id, known in self._work.sessions.items():
            if known.state.project_id == project_id and isinstance(known.state, ReadySession):
                yield session_id, known.state


def _decide(place: ReadySession, holding: Mapping[UUID, Account]) -> tuple[SessionEvent, ...]:
    """What one budget does; whoever asks asks again, for the others."""
    for budget_id, account in holding.items():
        if events := session.hold(place, budget_id, budget_words.held_text(account)):
            return events
    for budget_id in place.holds.budgets - holding.keys():
        return session.let_go(place, budget_id)
    return ()


def _holding(used_up: list[tuple[Budget, Account]], session_id: UUID, place: ReadySession) -> dict[UUID, Account]:
    return {known.id: account for known, account in used_up if _covers(known, session_id, place)}


def _covers(known: Budget, session_id: UUID, place: ReadySession) -> bool:
    subject = Subject(
        project_id=place.project_id,
        users=frozenset({place.owner_id}),
        persona=place.persona.name if place.persona else "",
        session_id=session_id,
        task_id=place.task.task_id if place.task else None,
    )
    return budget.covers(known.scope, subject)
