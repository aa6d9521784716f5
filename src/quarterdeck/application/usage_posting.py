"""Calls that are told, posted to budgets together with their own events: counted once, or not at all."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from quarterdeck.application.budget_reservations import held_places, subject_of
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ledger_pages import Pages, Place, place_of
from quarterdeck.application.ledgers import Decided, Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.ports.pricing import Pricing
from quarterdeck.application.requests import IdempotencyKey, acceptance, answered, context_of
from quarterdeck.application.streams import PRICE_TABLE, RESERVATION, USAGE, Loaded
from quarterdeck.domain import budget, budget_ledger, prices, usage
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.budget import Budgets, Subject
from quarterdeck.domain.budget_ledger import NOTHING, Amount
from quarterdeck.domain.budget_reservation import (
    Fate,
    NoReservation,
    Reservation,
    ReservationSettled,
    ReservationState,
    no_reservation,
)
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_state import NoSession, SessionState
from quarterdeck.domain.usage import ModelUsageRecorded


@dataclass(frozen=True, kw_only=True)
class RecordedCalls:
    """`position`: of the last of their events, whether they were recorded now or before."""

    ids: tuple[UUID, ...]
    position: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """A call, with its place in the request and the reservation that it was made under."""

    number: int
    call: ModelUsageRecorded
    reservation_id: UUID | None


@dataclass
class _Charge:
    spent: Amount = NOTHING
    calls: int = 0
    unpriced: int = 0


@dataclass
class RecordUsage:
    """Without a look at what is in the log already at first: nearly always nothing of it is."""

    ledgers: Ledgers
    pricing: Pricing
    caller: Caller
    project_id: UUID
    calls: Mapping[UUID, Told]
    sessions: Mapping[UUID, SessionState]
    key: IdempotencyKey | None
    _accepted: bool = field(default=False, init=False)
    _looked: bool = field(default=False, init=False)
    _loaded: dict[UUID, Loaded[usage.UsageState]] = field(
        default_factory=dict[UUID, Loaded[usage.UsageState]], init=False
    )
    _positions: int = field(default=0, init=False)
    _reservations: dict[UUID, Loaded[ReservationState]] = field(
        default_factory=dict[UUID, Loaded[ReservationState]], init=False
    )
    _costs: dict[UUID, int | None] = field(default_factory=dict[UUID, "int | None"], init=False)

    @property
    def context(self) -> Context:
        return context_of(self.caller, project_id=self.project_id)

    async def prepare(self, *, look: bool) -> None:
        log = self.ledgers.log
        self._accepted = await answered(log, self.caller, self.key) is not None
        self._looked = look or self._accepted
        self._positions = 0
        for stream_id in self.calls:
            history = await log.load(stream_id) if self._looked else ()
            self._loaded[stream_id] = USAGE.fold(stream_id, history)
            self._positions = max(self._positions, history[-1].position if history else 0)
        for reservation_id in {each.reservation_id for each in self.calls.values() if each.reservation_id}:
            known = await RESERVATION.load(log, reservation_id)
            if isinstance(known.state, NoReservation) or known.state.made.project_id != self.project_id:
                raise no_reservation()
            self._reservations[reservation_id] = known

    def streams(self) -> Collection[UUID]:
        return self.calls.keys()

    async def places(self, books: Sequence[Budgets], now: datetime) -> Iterable[Place]:
        places = [place for known in self._reservations.values() for place in held_places(_made(known))]
        for each in self.calls.values():
            at = each.call.occurred_at or now
            places += [place_of(known, at) for known in budget.covering(books, self._subject(each.call))]
        if places and not self._costs:
            await self._price(now)
        return places

    def decide(self, pages: Pages, now: datetime) -> Decided[RecordedCalls]:
        new = self._new(now)
        writes = [] if self._accepted else acceptance(self.caller, self.key, self.project_id)
        writes += self._settle(pages, [each for each, _ in new], now)
        # the calls come last, so that the last position is theirs
        writes += [write for _, write in new]
        return Decided(RecordedCalls(ids=tuple(self.calls), position=0 if new else self._positions), writes)

    def done(self, result: RecordedCalls, recorded: Sequence[Recorded[Event]]) -> RecordedCalls:
        return result if result.position else replace(result, position=recorded[-1].position if recorded else 0)

    def _new(self, now: datetime) -> list[tuple[Told, StreamWrite]]:
        """Those that were not told before, with what is to be written of them."""
        new: list[tuple[Told, StreamWrite]] = []
        for stream_id, each in self.calls.items():
            loaded = self._loaded[stream_id]
            try:
                events = usage.record(loaded.state, each.call, now, f"calls.{each.number}.")
            except InvalidInputError as error:
                # a call that was recorded long ago is told again: what holds for a new one does not hold for it
                if self._looked:
                    raise
                raise ConcurrencyError("Whether it was recorded before is to be looked up.") from error
            if events:
                write = StreamWrite(
                    stream_id=stream_id,
                    expected_version=loaded.version,
                    events=events,
                    session_id=each.call.session_id,
                )
                new.append((each, write))
        return new

    def _settle(self, pages: Pages, new: Sequence[Told], now: datetime) -> list[StreamWrite]:
        """Each against the reservation that it names, and else against every budget that covers it."""
        charges: dict[UUID, tuple[Place, _Charge]] = {}
        settled: dict[UUID, Amount] = {}
        for each in new:
            spent, unpriced = self._spent(each)
            held = set[UUID]()
            if each.reservation_id:
                known = _made(self._reservations[each.reservation_id])
                is_open = known.fate is Fate.OPEN and each.reservation_id not in settled
                for place in held_places(known):
                    events = budget_ledger.settle(
                        pages.account(place),
                        each.reservation_id,
                        reserved=known.made.amount if is_open else None,
                        spent=spent,
                        unpriced=unpriced,
                        now=now,
                    )
                    pages.post(place, events)
                    held.add(place.budget_id)
                if is_open:
                    settled[each.reservation_id] = spent
            for known_budget in pages.covering(self._subject(each.call)):
                if known_budget.id not in held:
                    place = place_of(known_budget, each.call.occurred_at or now)
                    _, charge = charges.setdefault(place.ledger_id, (place, _Charge()))
                    charge.spent += spent
                    charge.calls += 1
                    charge.unpriced += unpriced
        for place, charge in charges.values():
            account = pages.account(place)
            pages.post(
                place,
                budget_ledger.charge(account, charge.spent, calls=charge.calls, unpriced=charge.unpriced, now=now),
            )
        return [self._settled(reservation_id, spent) for reservation_id, spent in settled.items()]

    def _settled(self, reservation_id: UUID, spent: Amount) -> StreamWrite:
        return StreamWrite(
            stream_id=reservation_id,
            expected_version=self._reservations[reservation_id].version,
            events=(ReservationSettled(spent=spent),),
        )

    def _spent(self, each: Told) -> tuple[Amount, bool]:
        """And whether nobody knows what it cost: then it cost what was reserved for it."""
        tokens = each.call.tokens.input_tokens + each.call.tokens.output_tokens
        cost = self._costs.get(_id(each.call))
        if cost is None and each.reservation_id:
            reserved = _made(self._reservations[each.reservation_id]).made.amount.nano_dollars
            cost = reserved or None
        return Amount(nano_dollars=cost or 0, tokens=tokens), cost is None

    def _subject(self, call: ModelUsageRecorded) -> Subject:
        place = self.sessions[call.session_id] if call.session_id else NoSession()
        return subject_of(
            place,
            project_id=self.project_id,
            user_id=self.caller.user_id,
            persona=call.persona,
            session_id=call.session_id,
            task_id=call.task_id,
        )

    async def _price(self, now: datetime) -> None:
        table = (await PRICE_TABLE.load(self.ledgers.log, prices.price_table_id(self.project_id))).state
        told = [each.call for each in self.calls.values()]

        def price() -> dict[UUID, int | None]:
            return {
                _id(call): self.pricing(
                    table, call.provider, call.model, call.tokens, call.occurred_at or now
                ).nano_dollars
                for call in told
            }

        self._costs = await asyncio.to_thread(price)


def _id(call: ModelUsageRecorded) -> UUID:
    return usage.usage_id(call.project_id, call.provider, call.response_id)


def _made(known: Loaded[ReservationState]) -> Reservation:
    assert isinstance(known.state, Reservation)
    return known.state
