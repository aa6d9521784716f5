"""Reserving before a call, and giving back what was not used. Settling comes with what the call took (`usage`)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from quarterdeck.application import budget_words
from quarterdeck.application.access import no_project, no_session, no_task, permitted
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ledger_pages import Pages, Place, place_of
from quarterdeck.application.ledgers import Decided, Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.requests import IdempotencyKey, acceptance, answered, context_of
from quarterdeck.application.streams import PROJECT, RESERVATION, SESSION, TASK, Loaded
from quarterdeck.domain import budget, budget_ledger, project
from quarterdeck.domain import budget_reservation as reservations
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.budget import Budget, Budgets, Subject
from quarterdeck.domain.budget_ledger import Account, Amount, Room
from quarterdeck.domain.budget_reservation import (
    Fate,
    Held,
    NoReservation,
    Reservation,
    ReservationMade,
    ReservationReleased,
    ReservationState,
)
from quarterdeck.domain.errors import BudgetExhaustedError, InvalidInputError, QuarterdeckError
from quarterdeck.domain.events import Event
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_state import NoSession, SessionState
from quarterdeck.domain.task import NoTask


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A reservation as it is asked for. `request_id`: the same again is answered as before."""

    project_id: UUID
    request_id: str
    amount: Amount
    purpose: str = ""
    persona: str = ""
    session_id: UUID | None = None
    task_id: UUID | None = None
    lease: timedelta = reservations.LEASE


@dataclass(frozen=True, kw_only=True)
class Reserved:
    id: UUID
    reservation: Reservation
    position: int
    """0 where it was made before."""


@dataclass(frozen=True)
class Reservations:
    ledgers: Ledgers

    async def reserve(self, caller: Caller, asked: Asked, key: IdempotencyKey | None = None) -> Reserved:
        """In every budget that covers it, or in none. Raises BudgetExhaustedError where one is used up."""
        reservations.check(asked.request_id, asked.amount, asked.purpose, asked.persona, asked.lease)
        home = (await PROJECT.load(self.ledgers.log, asked.project_id)).state
        project.usable(permitted(caller, home, Role.DEVELOPER, no_project()))
        subject = await self._subject(caller, asked)
        context = context_of(caller, project_id=asked.project_id)
        return await self.ledgers.post(_Reserve(self.ledgers, context, caller, asked, subject, key))

    async def release(self, caller: Caller, reservation_id: UUID, key: IdempotencyKey | None = None) -> Reserved:
        """One that is settled, released or expired stays so."""
        state = (await RESERVATION.load(self.ledgers.log, reservation_id)).state
        if isinstance(state, NoReservation):
            raise reservations.no_reservation()
        home = (await PROJECT.load(self.ledgers.log, state.made.project_id)).state
        permitted(caller, home, Role.DEVELOPER, reservations.no_reservation())
        context = context_of(caller, project_id=state.made.project_id)
        if await answered(self.ledgers.log, caller, key) is not None:
            return Reserved(id=reservation_id, reservation=state, position=0)
        kept = acceptance(caller, key, reservation_id)
        return await self.ledgers.post(Release(self.ledgers, context, state.made.project_id, reservation_id, kept))

    async def expire(self, reservation_id: UUID, context: Context) -> None:
        """If its lease has run out, and nothing else has become of it."""
        assert context.project_id
        await self.ledgers.post(Release(self.ledgers, context, context.project_id, reservation_id, [], expired=True))

    async def _subject(self, caller: Caller, asked: Asked) -> Subject:
        place: SessionState = NoSession()
        if asked.session_id is not None:
            place = (await SESSION.load(self.ledgers.log, asked.session_id)).state
            if isinstance(place, NoSession) or place.project_id != asked.project_id:
                raise no_session()
        if asked.task_id is not None:
            task = (await TASK.load(self.ledgers.log, asked.task_id)).state
            if isinstance(task, NoTask) or task.project_id != asked.project_id:
                raise no_task()
        return subject_of(
            place,
            project_id=asked.project_id,
            user_id=caller.user_id,
            persona=asked.persona,
            session_id=asked.session_id,
            task_id=asked.task_id,
        )


def subject_of(
    place: SessionState,
    *,
    project_id: UUID,
    user_id: UUID,
    persona: str = "",
    session_id: UUID | None = None,
    task_id: UUID | None = None,
) -> Subject:
    """Who spends; what is not said is as the session has it."""
    if isinstance(place, NoSession):
        return Subject(
            project_id=project_id,
            users=frozenset({user_id}),
            persona=persona,
            session_id=session_id,
            task_id=task_id,
        )
    return Subject(
        project_id=project_id,
        users=frozenset({user_id, place.owner_id}),
        persona=persona or (place.persona.name if place.persona else ""),
        session_id=session_id,
        task_id=task_id or (place.task.task_id if place.task else None),
    )


def session_subject(session_id: UUID, place: SessionState, user_id: UUID) -> Subject:
    """Of what is done in a session that there is."""
    assert not isinstance(place, NoSession)
    return subject_of(place, project_id=place.project_id, user_id=user_id, session_id=session_id)


@dataclass
class _Reserve:
    ledgers: Ledgers
    context: Context
    caller: Caller
    asked: Asked
    subject: Subject
    key: IdempotencyKey | None
    _known: Loaded[ReservationState] | None = None

    @property
    def project_id(self) -> UUID:
        return self.asked.project_id

    @cached_property
    def id(self) -> UUID:
        return reservations.reservation_id(self.asked.project_id, self.asked.request_id)

    async def prepare(self, *, look: bool) -> None:
        """Nearly always it is new."""
        before = await answered(self.ledgers.log, self.caller, self.key)
        self._known = await RESERVATION.load(self.ledgers.log, self.id) if look or before else None

    def streams(self) -> Collection[UUID]:
        return [self.id]

    async def places(self, books: Sequence[Budgets], now: datetime) -> Iterable[Place]:
        return [place_of(each, now) for each in budget.covering(books, self.subject)]

    def decide(self, pages: Pages, now: datetime) -> Decided[Reserved]:
        covering = {place_of(each, now).ledger_id: each for each in pages.covering(self.subject)}
        places = [place_of(each, now) for each in covering.values()]
        made = self._made(places, now)
        if self._known and (before := reservations.as_before(self._known.state, made)):
            return Decided(Reserved(id=self.id, reservation=before, position=0))
        try:
            refusal = self._refusal(pages, covering.values(), now)
        except QuarterdeckError:
            self._look_first()
            raise
        if refusal is not None:
            self._look_first()
            return Decided(_NOTHING, refusal=refusal)
        for each in places:
            pages.post(each, budget_ledger.reserve(pages.account(each), self.id, self.asked.amount))
        write = StreamWrite(stream_id=self.id, expected_version=0, events=(made,), session_id=self.asked.session_id)
        writes = [write, *acceptance(self.caller, self.key, self.id)]
        return Decided(Reserved(id=self.id, reservation=Reservation(made=made), position=0), writes)

    def done(self, result: Reserved, recorded: Sequence[Recorded[Event]]) -> Reserved:
        return replace(result, position=recorded[-1].position if recorded else 0)

    def _look_first(self) -> None:
        """The same may have been reserved before, when there was room: that is the answer then."""
        if self._known is None:
            raise ConcurrencyError("Whether this was reserved before is to be looked up.")

    def _made(self, places: Sequence[Place], now: datetime) -> ReservationMade:
        return ReservationMade(
            project_id=self.asked.project_id,
            request_id=self.asked.request_id,
            user_id=self.caller.user_id,
            amount=self.asked.amount,
            expires_at=now + self.asked.lease,
            held=tuple(Held(budget_id=each.budget_id, period=each.period) for each in places),
            purpose=self.asked.purpose,
            persona=self.asked.persona,
            session_id=self.asked.session_id,
            task_id=self.asked.task_id,
        )

    def _refusal(self, pages: Pages, covering: Iterable[Budget], now: datetime) -> QuarterdeckError | None:
        """What is to be said after the budgets that this is a hit of are told so; raises what is no hit."""
        hit: BudgetExhaustedError | None = None
        other: QuarterdeckError | None = None
        for each in covering:
            _check_units(each, self.asked.amount)
            place = place_of(each, now)
            account = pages.account(place)
            match budget_ledger.room(account, self.asked.amount):
                case Room.THERE_IS:
                    continue
                case Room.NONE:
                    hit = hit or self._hit(pages, place, account)
                case Room.NEVER:
                    other = budget_words.too_much(account, self.asked.amount)
                case Room.LATER:
                    other = other or budget_words.no_room_now(account, self.asked.amount)
        if hit is None and other is not None:
            raise other
        return hit

    def _hit(self, pages: Pages, place: Place, account: Account) -> BudgetExhaustedError:
        if account.pauses:
            return budget_words.exhausted(account)
        after = pages.post(place, budget_ledger.exhaust(account, self.asked.amount))
        return budget_words.does_not_fit(after, self.asked.amount)


@dataclass
class Release:
    """Also what the conductor posts when the lease has run out (`expired`)."""

    ledgers: Ledgers
    context: Context
    project_id: UUID
    reservation_id: UUID
    kept: Sequence[StreamWrite]
    """The answer under an idempotency key."""
    expired: bool = False
    _known: Loaded[ReservationState] = field(init=False)

    async def prepare(self, *, look: bool) -> None:
        del look
        self._known = await RESERVATION.load(self.ledgers.log, self.reservation_id)

    def streams(self) -> Collection[UUID]:
        return ()

    async def places(self, books: Sequence[Budgets], now: datetime) -> Iterable[Place]:
        del books, now
        return held_places(reservations.existing(self._known.state))

    def decide(self, pages: Pages, now: datetime) -> Decided[Reserved]:
        known = reservations.existing(self._known.state)
        as_it_is = Decided(Reserved(id=self.reservation_id, reservation=known, position=0))
        if known.fate is not Fate.OPEN or (self.expired and not reservations.is_due(known, now)):
            return as_it_is
        for each in held_places(known):
            account = pages.account(each)
            released = budget_ledger.release(account, self.reservation_id, known.made.amount, expired=self.expired)
            pages.post(each, released)
        event = ReservationReleased(expired=self.expired)
        write = StreamWrite(
            stream_id=self.reservation_id,
            expected_version=self._known.version,
            events=(event,),
            session_id=known.made.session_id,
        )
        after = reservations.evolve(known, event)
        result = Reserved(id=self.reservation_id, reservation=reservations.existing(after), position=0)
        return Decided(result, [write, *self.kept])

    def done(self, result: Reserved, recorded: Sequence[Recorded[Event]]) -> Reserved:
        return replace(result, position=recorded[-1].position if recorded else 0)


def held_places(known: Reservation) -> list[Place]:
    return [Place(budget_id=each.budget_id, period=each.period) for each in known.made.held]


def _check_units(known: Budget, amount: Amount) -> None:
    limits = (
        ("usd", "dollars", known.terms.nano_dollars, amount.nano_dollars),
        ("tokens", "tokens", known.terms.tokens, amount.tokens),
    )
    for name, unit, limit, reserved in limits:
        if limit is not None and not reserved:
            raise InvalidInputError(
                budget_words.unit_missing(known, unit), "Say what the call may take at most of both.", field=name
            )


_NOTHING = Reserved(
    id=UUID(int=0),
    reservation=Reservation(
        made=ReservationMade(
            project_id=UUID(int=0),
            request_id="",
            user_id=UUID(int=0),
            amount=Amount(),
            expires_at=datetime.min,  # noqa: DTZ901 - never looked at
            held=(),
        )
    ),
    position=0,
)
"""The answer that a refusal stands for."""
