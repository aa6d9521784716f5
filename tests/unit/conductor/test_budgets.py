"""Budgets that are used up pause what they cover, and let go of it, once: whatever runs, dies and starts again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import conducting
from tests.unit.conductor.test_timekeeper import SETTINGS, AheadClock
from tests.unit.worker.test_pausing import ask_to_resume, pause

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.application.access import ADMIN
from quarterdeck.application.budget_reservations import Asked, Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.journal import Journal
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.streams import RESERVATION
from quarterdeck.application.usage import Usage
from quarterdeck.conductor.budgets import BudgetKeeper
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain.budget import Budget, Covers, Scope, Terms
from quarterdeck.domain.budget_ledger import Account, Amount, Answer, BudgetReleased
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.budget_reservation import Fate, Reservation
from quarterdeck.domain.errors import PausedError
from quarterdeck.domain.pausing import Activity
from quarterdeck.domain.session_holds import SessionHeld, SessionLetGo
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_projections.usage.pricing import priced

ADA = Caller(
    user_id=uuid4(),
    user_name="ada",
    token_id=uuid4(),
    scopes=("*",),
    correlation_id=uuid4(),
    roles=frozenset({ADMIN}),
)


class Money:
    """Budgets of tokens, a hundred a day where nothing else is said."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        ledgers = Ledgers(deck.log, deck.clock)
        self.book, self.reservations = BudgetBook(ledgers), Reservations(ledgers)
        self.usage = Usage(ledgers, priced)

    async def set(self, scope: Scope, every: Every = Every.DAY) -> UUID:
        return (await self.book.set(ADA, scope, every, "UTC", Terms(tokens=100))).budget_id

    async def spend(self, project_id: UUID, tokens: int = 100, session_id: UUID | None = None) -> None:
        call = ModelUsageRecorded(
            project_id=project_id,
            provider="p",
            response_id=str(uuid4()),
            model="m",
            tokens=Tokens(input_tokens=tokens),
            session_id=session_id,
        )
        await self.usage.record(ADA, project_id, [call])


@pytest.fixture
def clock(deck: Deck) -> AheadClock:
    deck.ring = False
    deck.clock = clock = AheadClock()
    deck.log = MemoryEventLog(clock)
    return clock


@pytest.fixture
def money(deck: Deck, clock: AheadClock) -> Money:
    return Money(deck)


async def ready(deck: Deck, session_id: UUID) -> ReadySession:
    state = await deck.session(session_id)
    assert isinstance(state, ReadySession)
    return state


async def is_now(deck: Deck, session_id: UUID, activity: Activity) -> None:
    async def check() -> bool:
        return (await ready(deck, session_id)).pause.activity is activity

    await eventually(check)


async def count(deck: Deck, session_id: UUID, kind: type) -> int:
    return sum(isinstance(each, kind) for each in await deck.events(session_id))


async def two_sessions(deck: Deck) -> tuple[UUID, UUID, UUID]:
    project_id = await deck.project()
    one, other = await deck.open(project_id), await deck.open(project_id)
    for each in (one, other):
        await deck.ready(each)
    return project_id, one, other


async def test_what_a_budget_covers_is_paused_once_and_goes_on_when_it_is_answered(deck: Deck, money: Money) -> None:
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS), working(deck.worker()):
        project_id, one, other = await two_sessions(deck)
        scope = Scope(project_id=project_id, covers=Covers.SESSION, subject=str(one))
        identifier = await money.set(scope)
        await money.spend(project_id, session_id=one)
        await is_now(deck, one, Activity.PAUSED)
        held = (await ready(deck, one)).pause.reason
        assert "100 of 100 tokens are spent" in held
        with pytest.raises(PausedError, match="A budget holds this session"):
            await ask_to_resume(deck, one)
        assert (await ready(deck, other)).pause.activity is Activity.RUNNING

        await money.book.answer(ADA, project_id, identifier, Answer.LET_ON)
        await is_now(deck, one, Activity.RUNNING)
        assert (await count(deck, one, SessionHeld), await count(deck, one, SessionLetGo)) == (1, 1)


async def test_it_stays_paused_when_it_is_kept_closed_until_the_next_period(
    deck: Deck, money: Money, clock: AheadClock
) -> None:
    async with conducting(deck, SETTINGS), working(deck.worker()):
        project_id, one, _ = await two_sessions(deck)
        identifier = await money.set(Scope(project_id=project_id))
        await money.spend(project_id)
        await is_now(deck, one, Activity.PAUSED)
        await money.book.answer(ADA, project_id, identifier, Answer.KEEP_CLOSED)
        # whatever looks at it again
        await money.set(Scope(project_id=project_id), Every.MONTH)
        assert (await ready(deck, one)).pause.activity is Activity.PAUSED
        clock.passes(days=1)
        await is_now(deck, one, Activity.RUNNING)


async def test_what_somebody_paused_does_not_go_on_with_the_budget(deck: Deck, money: Money) -> None:
    async with conducting(deck, SETTINGS), working(deck.worker()):
        project_id, before, after = await two_sessions(deck)
        last = await deck.open(project_id)
        await deck.ready(last)
        await pause(deck, before)
        await is_now(deck, before, Activity.PAUSED)
        identifier = await money.set(Scope(project_id=project_id))
        await money.spend(project_id)
        for each in (after, last):
            await is_now(deck, each, Activity.PAUSED)
        # of one that the budget has paused, somebody says that it shall stay so
        await pause(deck, after)
        await eventually(partial(_is_held, deck, before))
        await money.book.remove(ADA, project_id, identifier)
        await is_now(deck, last, Activity.RUNNING)
        for each in (before, after):
            await eventually(partial(_is_free, deck, each))
            await is_now(deck, each, Activity.PAUSED)
            await ask_to_resume(deck, each)
            await is_now(deck, each, Activity.RUNNING)


async def _is_held(deck: Deck, session_id: UUID) -> bool:
    return bool((await ready(deck, session_id)).holds)


async def _is_free(deck: Deck, session_id: UUID) -> bool:
    return not (await ready(deck, session_id)).holds


async def test_of_two_budgets_both_must_let_go(deck: Deck, money: Money) -> None:
    async with conducting(deck, SETTINGS), working(deck.worker()):
        project_id, one, _ = await two_sessions(deck)
        daily, ever = (
            await money.set(Scope(project_id=project_id)),
            await money.set(Scope(project_id=None), Every.ALL_TIME),
        )
        await money.spend(project_id)

        async def both() -> bool:
            return len((await ready(deck, one)).holds.budgets) == 2

        await eventually(both)
        await money.book.answer(ADA, project_id, daily, Answer.LET_ON)

        async def one_left() -> bool:
            return (await ready(deck, one)).holds.budgets == frozenset({ever})

        await eventually(one_left)
        assert (await ready(deck, one)).pause.activity in {Activity.PAUSING, Activity.PAUSED}
        await money.book.answer(ADA, None, ever, Answer.RAISE, tokens=1000)
        await is_now(deck, one, Activity.RUNNING)


async def test_a_command_that_waits_does_not_wake_a_session_that_a_budget_holds(deck: Deck, money: Money) -> None:
    async with conducting(deck, SETTINGS), working(deck.worker()):
        project_id, one, _ = await two_sessions(deck)
        identifier = await money.set(Scope(project_id=project_id))
        await money.spend(project_id)
        await is_now(deck, one, Activity.PAUSED)
        # asked for at the moment of the hit
        command = await deck.run(one, "true")
        await money.set(Scope(project_id=project_id), Every.WEEK)
        assert (await ready(deck, one)).pause.activity is Activity.PAUSED
        await money.book.answer(ADA, project_id, identifier, Answer.LET_ON)
        await deck.finished(command)


async def test_a_hit_an_answer_and_a_new_session_while_no_conductor_runs_are_seen_by_the_next(
    deck: Deck, money: Money
) -> None:
    async with working(deck.worker()):
        async with conducting(deck, SETTINGS):
            project_id, one, _ = await two_sessions(deck)
            identifier = await money.set(Scope(project_id=project_id))
        await money.spend(project_id)
        async with conducting(deck, SETTINGS):
            await is_now(deck, one, Activity.PAUSED)
            late = await deck.open(project_id)
            await deck.ready(late)
            await is_now(deck, late, Activity.PAUSED)
        await money.book.answer(ADA, project_id, identifier, Answer.LET_ON)
        async with conducting(deck, SETTINGS):
            for each in (one, late):
                await is_now(deck, each, Activity.RUNNING)
        assert (await count(deck, one, SessionHeld), await count(deck, one, SessionLetGo)) == (1, 1)


async def test_what_was_reserved_and_never_settled_is_given_back_once_by_two_conductors(
    deck: Deck, money: Money, clock: AheadClock
) -> None:
    project_id = await deck.project()
    identifier = await money.set(Scope(project_id=project_id))
    asked = Asked(project_id=project_id, request_id="r", amount=Amount(tokens=70), lease=timedelta(minutes=5))
    reserved = (await money.reservations.reserve(ADA, asked)).id

    async def expired() -> bool:
        state = (await RESERVATION.load(deck.log, reserved)).state
        return isinstance(state, Reservation) and state.fate is Fate.EXPIRED

    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS):
        await asyncio.sleep(0)
        assert not await expired()
        clock.passes(minutes=5)
        await eventually(expired)
    released = [each.event for each in await deck.log.read(0, 1000) if isinstance(each.event, BudgetReleased)]
    assert [(each.account.budget_id, each.account.reserved) for each in released] == [(identifier, Amount())]


class Overtaken(Ledgers):
    """Of a conductor that has just looked at what is used up when others do what `meanwhile` says."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def paused(self, project_id: UUID | None) -> list[tuple[Budget, Account]]:
        found = await super().paused(project_id)
        if project_id and (meanwhile := self.meanwhile):
            self.meanwhile = None
            await meanwhile()
        return found


async def test_a_conductor_that_is_behind_does_not_hold_again_what_another_has_let_go(
    deck: Deck, money: Money, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, heard = OpenWork(), 0

    def keeper() -> BudgetKeeper:
        return BudgetKeeper(work, Journal(deck.log, "conductor"), deck.clock)

    async def hear() -> None:
        nonlocal heard
        for recorded in await deck.log.read(heard, 10_000):
            work.apply(recorded)
            heard = recorded.position

    async def others() -> None:
        await keeper().settle()
        await money.book.remove(ADA, project_id, budget_id)
        await hear()
        await keeper().settle()

    async with working(deck.worker()):
        async with conducting(deck, SETTINGS):
            session_id = await deck.opened()
        project_id = (await ready(deck, session_id)).project_id
        budget_id = await money.set(Scope(project_id=project_id))
        await money.spend(project_id)
        await hear()
        behind, ledgers = keeper(), Overtaken(deck.log, deck.clock)
        ledgers.meanwhile = others
        monkeypatch.setattr(behind, "_ledgers", ledgers)
        await behind.settle()
    told = [type(each.event) for each in await deck.log.load(session_id)]
    assert (told.count(SessionHeld), told.count(SessionLetGo)) == (1, 1)
