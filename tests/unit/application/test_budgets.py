"""Reserving, settling and asking, on the log in memory: all budgets that cover a call, or none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import accumulate
from typing import Any
from uuid import UUID

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.application.budget_reservations import Asked, Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.application.streams import LEDGER
from quarterdeck.application.usage import Usage
from quarterdeck.domain.base import Actor, ActorKind, Recorded
from quarterdeck.domain.budget import AtLimit, Covers, Scope, Terms, budget_id, ledger_id
from quarterdeck.domain.budget_ledger import Account, Amount, Answer, BudgetExhausted, BudgetReserved, Standing
from quarterdeck.domain.budget_period import Every, period_at
from quarterdeck.domain.budget_reservation import Fate, ReservationMade
from quarterdeck.domain.errors import (
    BudgetExhaustedError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.persona import PersonaSettings
from quarterdeck.domain.prices import ModelPrice
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_projections.usage.pricing import priced

DOLLAR = 10**9


class House:
    """Budgets of one project. Ten tokens of model `m` cost a dollar."""

    def __init__(self, deck: Deck, project: UUID) -> None:
        self.deck, self.project = deck, project
        self.book = BudgetBook(deck.ledgers)
        self.reservations = Reservations(deck.ledgers)
        self.usage = Usage(deck.ledgers, priced)
        self._calls = 0

    def scope(self, covers: Covers = Covers.EVERYTHING, subject: str = "") -> Scope:
        return Scope(project_id=self.project, covers=covers, subject=subject)

    async def set(
        self, dollars: int | None = 10, scope: Scope | None = None, every: Every = Every.DAY, **more: Any
    ) -> UUID:
        terms = Terms(nano_dollars=None if dollars is None else dollars * DOLLAR, **more)
        return (await self.book.set(self.deck.owner, scope or self.scope(), every, "UTC", terms)).budget_id

    def asked(self, request: str, dollars: int = 1, **more: Any) -> Asked:
        amount = Amount(nano_dollars=dollars * DOLLAR, tokens=more.pop("tokens", 0))
        return Asked(project_id=self.project, request_id=request, amount=amount, **more)

    async def reserve(self, request: str, dollars: int = 1, **more: Any) -> UUID:
        return (await self.reservations.reserve(self.deck.owner, self.asked(request, dollars, **more))).id

    def call(self, dollars: int = 1, **more: Any) -> ModelUsageRecorded:
        self._calls += 1
        call = ModelUsageRecorded(
            project_id=self.project,
            provider="p",
            response_id=f"r{self._calls}",
            model="m",
            tokens=Tokens(input_tokens=10 * dollars),
        )
        return replace(call, **more)

    async def record(self, *calls: ModelUsageRecorded, reservation: UUID | None = None) -> None:
        named = {0: reservation} if reservation else {}
        await self.usage.record(self.deck.owner, self.project, calls, reservations=named)

    async def account(self, identifier: UUID, every: Every = Every.DAY) -> Account:
        stream_id = ledger_id(identifier, period_at(every, "UTC", self.deck.clock.now()))
        state = (await LEDGER.load(self.deck.log, stream_id)).state
        assert state is not None
        return state

    async def figures(self, identifier: UUID, every: Every = Every.DAY) -> tuple[float, float, int]:
        """Dollars spent, dollars reserved, calls."""
        known = await self.account(identifier, every)
        return known.spent.nano_dollars / DOLLAR, known.reserved.nano_dollars / DOLLAR, known.calls

    async def hits(self) -> int:
        return sum(isinstance(each.event, BudgetExhausted) for each in await self.deck.log.read(0, 10_000))


@pytest.fixture
async def house(deck: Deck) -> House:
    house = House(deck, await deck.project())
    price = ModelPrice(provider="p", model="m", input=100 * DOLLAR, output=0)
    await house.usage.revise_prices(deck.owner, house.project, [price])
    return house


async def test_a_reservation_is_held_settled_with_what_the_call_took_and_counted_once(house: House) -> None:
    daily = await house.set(10)
    reservation = await house.reserve("a", 4)
    assert await house.figures(daily) == (0, 4, 0)
    told = house.call(3)
    for _ in range(2):
        await house.record(told, reservation=reservation)
    assert await house.figures(daily) == (3, 0, 1)


async def test_what_is_recorded_without_a_reservation_counts_at_once_in_each_budget_that_covers_it(
    house: House,
) -> None:
    daily, monthly = await house.set(10), await house.set(100, every=Every.MONTH)
    reviewer = await house.set(50, house.scope(Covers.USER, str(house.deck.owner.user_id)))
    await house.deck.personas.define(house.deck.owner, house.project, "else", PersonaSettings())
    other = await house.set(50, Scope(project_id=house.project, covers=Covers.PERSONA, subject="else"))
    await house.record(house.call(2), house.call(3))
    assert await house.figures(daily) == (5, 0, 2)
    assert await house.figures(monthly, Every.MONTH) == (5, 0, 2)
    assert await house.figures(reviewer) == (5, 0, 2)
    assert await house.figures(other) == (0, 0, 0)


async def test_it_is_reserved_in_all_budgets_that_cover_it_or_in_none(house: House) -> None:
    wide, narrow = await house.set(100), await house.set(3, every=Every.MONTH)
    await house.reserve("a", 2)
    with pytest.raises(LimitExceededError, match=r"monthly budget.*no room for \$2\.00"):
        await house.reserve("b", 2)
    assert await house.figures(wide) == (0, 2, 0)
    assert await house.figures(narrow, Every.MONTH) == (0, 2, 0)
    assert await house.hits() == 0


async def test_the_same_request_is_answered_as_before_even_when_nothing_fits_any_more(house: House) -> None:
    daily = await house.set(5)
    first = await house.reservations.reserve(house.deck.owner, house.asked("a", 5))
    again = await house.reservations.reserve(house.deck.owner, house.asked("a", 5))
    assert (first.id, first.reservation) == (again.id, again.reservation)
    with pytest.raises(ConflictError, match="something else"):
        await house.reserve("a", 4)
    assert await house.figures(daily) == (0, 5, 0)


async def test_a_hundred_at_once_get_what_there_is_and_no_more(house: House) -> None:
    daily = await house.set(37)
    outcomes = await asyncio.gather(*(house.reserve(f"r{n}", 1) for n in range(100)), return_exceptions=True)
    assert sum(isinstance(each, UUID) for each in outcomes) == 37
    assert sum(isinstance(each, LimitExceededError) for each in outcomes) == 63
    assert await house.figures(daily) == (0, 37, 0)


async def test_what_does_not_fit_any_more_is_a_hit_that_asks_once(house: House) -> None:
    daily = await house.set(10)
    await house.record(house.call(9))
    for request in ("a", "b"):
        with pytest.raises(BudgetExhaustedError, match=r"\$9\.00 of \$10\.00 is spent"):
            await house.reserve(request, 2)
    assert await house.hits() == 1
    assert (await house.account(daily)).standing is Standing.ASKING
    # nothing is let through by being small
    with pytest.raises(BudgetExhaustedError):
        await house.reserve("c", 1)


@pytest.mark.parametrize(("dollars", "tokens", "option"), [(2, None, "--usd"), (None, 20, "--tokens")])
async def test_who_meets_a_limit_is_told_what_to_have_raised(
    house: House, dollars: int | None, tokens: int | None, option: str
) -> None:
    await house.set(dollars, tokens=tokens)
    await house.record(house.call(2))
    with pytest.raises(BudgetExhaustedError) as met:
        await house.reserve("a", 1, tokens=10)
    assert f"raise {option} N" in str(met.value.next_step)


async def test_more_than_the_whole_is_refused_and_no_hit(house: House) -> None:
    daily = await house.set(10)
    with pytest.raises(LimitExceededError, match=r"is less than \$11\.00"):
        await house.reserve("a", 11)
    assert (await house.account(daily)).standing is Standing.OPEN


async def test_a_budget_of_tokens_wants_tokens_reserved(house: House) -> None:
    await house.set(None, tokens=100)
    with pytest.raises(InvalidInputError, match="limits tokens") as refused:
        await house.reserve("a", 1)
    assert refused.value.field == "tokens"
    await house.reserve("b", 0, tokens=100)


async def test_one_that_is_released_or_has_run_out_gives_its_amount_back_once(house: House) -> None:
    daily = await house.set(10)
    released, expired = await house.reserve("a", 4), await house.reserve("b", 5, lease=timedelta(minutes=1))
    context = Context(
        actor=Actor(kind=ActorKind.SYSTEM, id="conductor"), correlation_id=released, project_id=house.project
    )
    await house.reservations.expire(expired, context)
    assert await house.figures(daily) == (0, 9, 0)
    house.deck.clock.pass_time(timedelta(minutes=1))
    for _ in range(2):
        await house.reservations.release(house.deck.owner, released)
        await asyncio.gather(*(house.reservations.expire(expired, context) for _ in range(3)))
    assert await house.figures(daily) == (0, 0, 0)
    assert (await house.reservations.release(house.deck.owner, expired)).reservation.fate is Fate.EXPIRED


async def test_a_call_that_is_told_after_its_reservation_ran_out_is_counted_all_the_same(house: House) -> None:
    daily = await house.set(10)
    reservation = await house.reserve("a", 4)
    await house.reservations.release(house.deck.owner, reservation)
    await house.record(house.call(3), reservation=reservation)
    assert await house.figures(daily) == (3, 0, 1)


async def test_a_second_call_under_a_settled_reservation_is_counted_as_well(house: House) -> None:
    daily = await house.set(10)
    reservation = await house.reserve("a", 4)
    calls = [house.call(1), house.call(2)]
    await house.usage.record(house.deck.owner, house.project, calls, reservations={0: reservation, 1: reservation})
    assert await house.figures(daily) == (3, 0, 2)


async def test_a_call_without_a_price_counts_as_what_was_reserved_for_it_and_else_as_unknown(house: House) -> None:
    daily = await house.set(10)
    reservation = await house.reserve("a", 4)
    await house.record(house.call(model="nobody-knows"), reservation=reservation)
    await house.record(house.call(model="nobody-knows"))
    known = await house.account(daily)
    assert (await house.figures(daily), known.unpriced) == ((4, 0, 2), 1)


async def test_a_budget_set_after_the_reservation_counts_the_call_too(house: House) -> None:
    reservation = await house.reserve("a", 4)
    daily = await house.set(10)
    await house.record(house.call(3), reservation=reservation)
    assert await house.figures(daily) == (3, 0, 1)


async def test_prices_that_are_revised_later_leave_what_is_spent_as_it_was_settled(house: House) -> None:
    daily = await house.set(10)
    await house.record(house.call(3))
    free = ModelPrice(provider="p", model="m", input=0, output=0)
    await house.usage.revise_prices(house.deck.owner, house.project, [free])
    assert await house.figures(daily) == (3, 0, 1)


async def test_a_call_of_yesterday_is_counted_in_yesterdays_period(house: House) -> None:
    daily = await house.set(10)
    await house.record(house.call(20, occurred_at=house.deck.clock.now() - timedelta(days=1)))
    assert (await house.account(daily)).spent == Amount()
    assert await house.hits() == 0


async def test_sessions_and_commands_are_refused_while_a_budget_that_covers_them_is_used_up(house: House) -> None:
    session_id = (await house.deck.sessions.open(house.deck.owner, house.project)).subject_id
    daily = await house.set(10)
    await house.record(house.call(10))
    for refused in (
        house.deck.sessions.open(house.deck.owner, house.project),
        house.deck.commands.run(house.deck.owner, session_id, text="ls"),
    ):
        with pytest.raises(
            BudgetExhaustedError, match=r"daily budget of this project .* \$10\.00 of \$10\.00"
        ) as error:
            await refused
        assert f"qd budget answer {daily.hex[-8:]}" in error.value.next_step
        assert "2026-11-02 00:00 UTC" in error.value.message
    await house.book.answer(house.deck.owner, house.project, daily, Answer.LET_ON)
    await house.deck.sessions.open(house.deck.owner, house.project)


async def test_a_new_period_opens_by_itself(house: House) -> None:
    await house.set(10)
    await house.record(house.call(10))
    with pytest.raises(BudgetExhaustedError):
        await house.reserve("a")
    house.deck.clock.pass_time(timedelta(days=1))
    await house.reserve("a")


async def test_an_answer_raises_the_budget_for_good(house: House) -> None:
    daily = await house.set(10)
    await house.record(house.call(10))
    raised = await house.book.answer(house.deck.owner, house.project, daily, Answer.RAISE, nano_dollars=12 * DOLLAR)
    again = await house.book.answer(house.deck.owner, house.project, daily, Answer.RAISE, nano_dollars=12 * DOLLAR)
    assert (raised.position > 0, again.position) == (True, 0)
    await house.reserve("a", 2)
    house.deck.clock.pass_time(timedelta(days=1))
    await house.reserve("b", 12)


async def test_one_that_is_removed_and_set_again_has_not_forgotten_what_was_spent(house: House) -> None:
    daily = await house.set(10)
    await house.record(house.call(10))
    await house.book.remove(house.deck.owner, house.project, daily)
    await house.reserve("a", 50)
    assert await house.set(10) == daily
    with pytest.raises(BudgetExhaustedError):
        await house.reserve("b")


async def test_budgets_are_their_owners_and_those_over_all_projects_the_admins(house: House) -> None:
    daily = await house.set(10)
    everything = Scope(project_id=None)
    with pytest.raises(ForbiddenError, match="for admins"):
        await house.set(10, everything)
    with pytest.raises(NotFoundError):
        await house.book.remove(house.deck.stranger, house.project, daily)
    with pytest.raises(NotFoundError):
        await house.reservations.reserve(house.deck.stranger, house.asked("a"))
    reservation = await house.reserve("a", 1)
    with pytest.raises(NotFoundError):
        await house.reservations.release(house.deck.stranger, reservation)
    terms = Terms(nano_dollars=DOLLAR, at_limit=AtLimit.PAUSE)
    over_all = (await house.book.set(house.deck.admin(), everything, Every.DAY, "UTC", terms)).budget_id
    assert over_all == budget_id(everything, Every.DAY)
    await house.record(house.call(2))
    # what all projects have spent is not told to one of them
    with pytest.raises(BudgetExhaustedError, match=r"of all projects \(…\w+\) is used up\. "):
        await house.reserve("b")


async def test_a_budget_of_what_is_not_the_projects_cannot_be_set(house: House) -> None:
    elsewhere = await house.deck.session()
    for covers, subject in (
        (Covers.SESSION, str(elsewhere)),
        (Covers.TASK, str(elsewhere)),
        (Covers.USER, str(elsewhere)),
        (Covers.PERSONA, "nobody"),
    ):
        with pytest.raises(NotFoundError):
            await house.set(10, house.scope(covers, subject))


async def test_under_an_idempotency_key_a_budget_is_set_once(house: House) -> None:
    key, terms = IdempotencyKey(key="k", request_sha256="1"), Terms(tokens=5)
    first = await house.book.set(house.deck.owner, house.scope(), Every.DAY, "UTC", terms, key)
    head = await house.deck.log.head()
    again = await house.book.set(house.deck.owner, house.scope(), Every.DAY, "UTC", terms, key)
    assert (first.budget_id, await house.deck.log.head()) == (again.budget_id, head)


async def test_two_processes_that_post_at_once_take_turns(house: House) -> None:
    daily = await house.set(50)
    other = Reservations(Ledgers(house.deck.log, house.deck.clock))
    asked = [(desk, house.asked(f"{n}{desk is other}")) for n in range(40) for desk in (house.reservations, other)]
    reserving = (desk.reserve(house.deck.owner, each) for desk, each in asked)
    outcomes = await asyncio.gather(*reserving, return_exceptions=True)
    assert sum(not isinstance(each, BaseException) for each in outcomes) == 50
    assert await house.figures(daily) == (0, 50, 0)


async def test_a_caller_that_goes_away_takes_no_other_with_it(house: House) -> None:
    daily = await house.set(50)
    leaving = [asyncio.create_task(house.reserve(f"l{n}")) for n in range(5)]
    staying = [asyncio.create_task(house.reserve(f"s{n}")) for n in range(5)]
    await asyncio.sleep(0)
    for each in leaving:
        each.cancel()
    await asyncio.gather(*staying)
    spent, reserved, _ = await house.figures(daily)
    assert spent == 0
    assert reserved >= 5


async def copied(deck: Deck, log: MemoryEventLog) -> None:
    """The deck's log is this one from now on."""
    for row in await deck.log.raw(0, 1000):
        log.put(row)
    deck.log = log


class ChoosyLog(MemoryEventLog):
    """Takes no request that is called bad."""

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        made = [event for write in writes for event in write.events if isinstance(event, ReservationMade)]
        if any(each.request_id == "bad" for each in made):
            raise LimitExceededError("It is too large.")
        return await super().append(writes, context)


class CrowdedLog(MemoryEventLog):
    """Before each of the first appends, something else is written."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.others: list[Callable[[], Awaitable[object]]] = []

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        if self.others:
            await self.others.pop()()
        return await super().append(writes, context)


async def test_what_another_process_writes_in_between_takes_nobodys_place(house: House) -> None:
    daily = await house.set(50)
    crowded = CrowdedLog(house.deck.clock)
    await copied(house.deck, crowded)
    ours, *others = (Reservations(Ledgers(crowded, house.deck.clock)) for _ in range(4))
    crowded.others = [partial(each.reserve, house.deck.owner, house.asked(f"t{n}", 2)) for n, each in enumerate(others)]

    await asyncio.gather(*(ours.reserve(house.deck.owner, house.asked(f"o{n}")) for n in range(10)))

    events = [each.event for each in await crowded.read(0, 1000) if isinstance(each.event, BudgetReserved)]
    assert [each.account.reserved for each in events] == list(accumulate(each.amount for each in events))
    assert await house.figures(daily) == (0, 16, 0)


async def test_the_events_of_each_are_under_their_own_name(house: House) -> None:
    await house.set(50)
    root = house.deck.admin()
    asked = [(house.deck.owner, house.asked("a")), (root, house.asked("b"))]
    await asyncio.gather(*(house.reservations.reserve(caller, each) for caller, each in asked))
    logged = await house.deck.log.read(0, 1000)
    made = {each.event.request_id: each for each in logged if isinstance(each.event, ReservationMade)}
    for caller, each in asked:
        assert made[each.request_id].envelope.actor.id == str(caller.user_id)


async def test_one_that_cannot_be_stored_does_not_take_others_with_it(house: House) -> None:
    daily = await house.set(50)
    await copied(house.deck, ChoosyLog(house.deck.clock))
    desk = Reservations(Ledgers(house.deck.log, house.deck.clock))
    asked = [house.asked(name) for name in ("a", "b", "bad", "c")]
    outcomes = await asyncio.gather(*(desk.reserve(house.deck.owner, each) for each in asked), return_exceptions=True)
    assert [isinstance(each, BaseException) for each in outcomes] == [False, False, True, False]
    assert await house.figures(daily) == (0, 3, 0)


async def test_the_same_call_told_twice_at_once_is_counted_once(house: House) -> None:
    daily = await house.set(50)
    told = house.call(3)
    await asyncio.gather(*(house.record(told) for _ in range(5)))
    assert await house.figures(daily) == (3, 0, 1)
