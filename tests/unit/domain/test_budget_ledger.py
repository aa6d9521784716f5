"""A budget's account: what fits, what is a hit, and what an answer makes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain import budget_ledger as ledger
from quarterdeck.domain.budget import AtLimit, Budget, Scope, Terms, budget_id
from quarterdeck.domain.budget_ledger import (
    NOTHING,
    Account,
    Amount,
    Answer,
    BudgetAnswered,
    BudgetCharged,
    BudgetExhausted,
    BudgetReleased,
    BudgetReserved,
    BudgetSettled,
    BudgetTermsApplied,
    LedgerEvent,
    Room,
    Standing,
    begun,
)
from quarterdeck.domain.budget_period import ALL_TIME, Every, period_at
from quarterdeck.domain.errors import ConflictError, InvalidInputError

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PROJECT = UUID(int=1)


def account(nano: int | None = 100, tokens: int | None = None, at_limit: AtLimit = AtLimit.PAUSE) -> Account:
    scope = Scope(project_id=PROJECT)
    known = Budget(
        id=budget_id(scope, Every.DAY),
        scope=scope,
        every=Every.DAY,
        time_zone="UTC",
        terms=Terms(nano_dollars=nano, tokens=tokens, at_limit=at_limit),
    )
    return begun(known, period_at(Every.DAY, "UTC", NOW))


def money(nano: int) -> Amount:
    return Amount(nano_dollars=nano)


def after(events: tuple[LedgerEvent, ...]) -> Account:
    return events[-1].account


def spent(known: Account, nano: int) -> tuple[LedgerEvent, ...]:
    return ledger.charge(known, money(nano), calls=1, unpriced=0, now=NOW)


@pytest.mark.parametrize(
    ("gone", "reserved", "wanted", "room"),
    [
        (0, 0, 100, Room.THERE_IS),
        (0, 0, 101, Room.NEVER),
        (50, 0, 50, Room.THERE_IS),
        (50, 0, 51, Room.NONE),
        (50, 30, 20, Room.THERE_IS),
        (50, 30, 21, Room.LATER),
        (100, 0, 1, Room.NONE),
    ],
)
def test_what_fits_is_what_is_neither_spent_nor_reserved(gone: int, reserved: int, wanted: int, room: Room) -> None:
    known = replace(account(), spent=money(gone), reserved=money(reserved))
    assert ledger.room(known, money(wanted)) is room


def test_of_two_limits_both_hold() -> None:
    known = account(nano=100, tokens=10)
    assert ledger.room(known, Amount(nano_dollars=1, tokens=11)) is Room.NEVER
    assert ledger.room(known, Amount(nano_dollars=101, tokens=1)) is Room.NEVER
    assert ledger.room(known, Amount(nano_dollars=100, tokens=10)) is Room.THERE_IS


def test_spending_up_to_the_limit_is_a_hit_once() -> None:
    near, hit = spent(account(), 99), spent(account(), 100)
    assert [type(each) for each in near] == [BudgetCharged]
    assert [type(each) for each in hit] == [BudgetCharged, BudgetExhausted]
    assert after(hit).standing is Standing.ASKING
    assert [type(each) for each in spent(after(hit), 5)] == [BudgetCharged]


def test_one_that_only_warns_pauses_nothing_and_says_so_once() -> None:
    hit = after(spent(account(at_limit=AtLimit.WARN), 150))
    assert (hit.standing, hit.pauses) == (Standing.OVER, False)
    assert ledger.room(hit, money(1000)) is Room.THERE_IS
    assert len(spent(hit, 1)) == 1


def test_a_period_that_is_over_is_counted_on_and_asks_nobody() -> None:
    late = ledger.charge(account(), money(500), calls=1, unpriced=0, now=NOW + timedelta(days=1))
    assert [type(each) for each in late] == [BudgetCharged]
    assert after(late).standing is Standing.OPEN


def test_a_call_may_have_taken_more_than_was_reserved_for_it() -> None:
    number = uuid4()
    held = after(ledger.reserve(account(), number, money(60)))
    assert (held.reserved, held.reservations) == (money(60), 1)
    events = ledger.settle(held, number, reserved=money(60), spent=money(110), unpriced=False, now=NOW)
    assert [type(each) for each in events] == [BudgetSettled, BudgetExhausted]
    assert (after(events).spent, after(events).reserved, after(events).reservations) == (money(110), NOTHING, 0)


def test_an_answer_raises_lets_on_or_keeps_closed() -> None:
    asking = after(spent(account(), 100))
    more = replace(asking.terms, nano_dollars=200)

    raised = after(ledger.answer(asking, Answer.RAISE, "", more))
    assert (raised.standing, raised.terms) == (Standing.OPEN, more)
    let_on = after(ledger.answer(asking, Answer.LET_ON, "go", asking.terms))
    assert ledger.room(let_on, money(10**9)) is Room.THERE_IS
    assert len(spent(let_on, 10**9)) == 1
    closed = after(ledger.answer(asking, Answer.KEEP_CLOSED, "", asking.terms))
    assert (closed.standing, closed.pauses, ledger.room(closed, money(1))) == (Standing.CLOSED, True, Room.NONE)

    assert ledger.answer(closed, Answer.KEEP_CLOSED, "", closed.terms) == ()
    [changed_mind] = ledger.answer(closed, Answer.LET_ON, " why ", closed.terms)
    assert isinstance(changed_mind, BudgetAnswered)
    assert changed_mind.reason == "why"


def test_what_asks_nothing_is_not_answered_and_too_small_a_raise_is_refused() -> None:
    asking = after(spent(account(), 100))
    with pytest.raises(ConflictError, match="asks nothing"):
        ledger.answer(account(), Answer.LET_ON, "", account().terms)
    with pytest.raises(InvalidInputError, match="spent already"):
        ledger.answer(asking, Answer.RAISE, "", replace(asking.terms, nano_dollars=100))


def test_a_revision_opens_what_has_room_then_and_asks_where_it_has_none() -> None:
    asking = after(spent(account(), 100))
    assert after(ledger.apply_terms(asking, replace(asking.terms, nano_dollars=101))).standing is Standing.OPEN
    assert after(ledger.apply_terms(asking, replace(asking.terms, at_limit=AtLimit.WARN))).standing is Standing.OVER
    # of what is said of it alone, nothing opens
    assert after(ledger.apply_terms(asking, replace(asking.terms, warn_percent=50))).standing is Standing.ASKING
    used = after(spent(account(), 60))
    lowered = ledger.apply_terms(used, replace(used.terms, nano_dollars=60))
    assert [type(each) for each in lowered] == [BudgetTermsApplied, BudgetExhausted]
    assert ledger.apply_terms(used, used.terms) == ()


def test_the_share_is_that_of_the_limit_that_is_further() -> None:
    known = replace(account(nano=100, tokens=1000), spent=Amount(nano_dollars=20, tokens=900))
    assert ledger.share_of(known) == 0.9
    assert ledger.share_of(account()) == 0.0


def test_all_time_is_a_period_as_well() -> None:
    known = replace(account(), period=ALL_TIME)
    assert after(ledger.charge(known, money(100), calls=1, unpriced=0, now=NOW)).pauses


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 60)), max_size=40))
def test_the_account_in_an_event_is_what_its_events_sum_up_to(steps: list[tuple[int, int, int]]) -> None:
    known, events, open_ones = account(), list[LedgerEvent](), dict[UUID, int]()
    for kind, which, nano in steps:
        number = UUID(int=which)
        if kind == 0 and number not in open_ones and ledger.room(known, money(nano)) is Room.THERE_IS:
            new = ledger.reserve(known, number, money(nano))
            open_ones[number] = nano
        elif kind == 1 and number in open_ones:
            held = money(open_ones.pop(number))
            new = ledger.settle(known, number, reserved=held, spent=money(nano), unpriced=False, now=NOW)
        elif kind == 2 and number in open_ones:
            new = ledger.release(known, number, money(open_ones.pop(number)), expired=False)
        elif kind == 3:
            new = spent(known, nano)
        else:
            continue
        events += new
        known = new[-1].account
    assert known.reserved == money(sum(open_ones.values()))
    assert known.reservations == len(open_ones)
    assert known.spent == money(sum(_spent(each) for each in events))
    assert sum(isinstance(each, BudgetExhausted) for each in events) == known.pauses
    assert _reserved(events) == known.reserved.nano_dollars


def _spent(event: LedgerEvent) -> int:
    return event.spent.nano_dollars if isinstance(event, (BudgetSettled, BudgetCharged)) else 0


def _reserved(events: list[LedgerEvent]) -> int:
    total = 0
    for each in events:
        if isinstance(each, BudgetReserved):
            total += each.amount.nano_dollars
        elif isinstance(each, BudgetSettled):
            total -= each.reserved.nano_dollars
        elif isinstance(each, BudgetReleased):
            total -= each.amount.nano_dollars
    return total
