"""A budget's ledger: what was spent and is reserved in one period of it, which is a stream.

Each event carries the account as it is after it. So whoever posts reads the last event alone, however long the ledger
is, and posts at its version: of two that post at once, one looks again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain.budget import AtLimit, Budget, Scope, Terms
from quarterdeck.domain.budget_period import Every, Period
from quarterdeck.domain.errors import ConflictError, InvalidInputError

MAX_REASON = 500


@dataclass(frozen=True, kw_only=True)
class Amount:
    nano_dollars: int = 0
    tokens: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(nano_dollars=self.nano_dollars + other.nano_dollars, tokens=self.tokens + other.tokens)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(nano_dollars=self.nano_dollars - other.nano_dollars, tokens=self.tokens - other.tokens)


NOTHING = Amount()


class Standing(StrEnum):
    OPEN = "open"
    OVER = "over"
    """Its limit was reached, and it only warns."""
    ASKING = "asking"
    """Its limit was reached: what it covers stands still until somebody answers, or the period ends."""
    CLOSED = "closed"
    """So it stays, as was answered."""
    LET_ON = "let_on"
    """This period goes on without a limit, as was answered."""


PAUSES = frozenset({Standing.ASKING, Standing.CLOSED})


@dataclass(frozen=True, kw_only=True)
class Account:
    budget_id: UUID
    scope: Scope
    every: Every
    period: Period
    time_zone: str
    terms: Terms
    spent: Amount = NOTHING
    reserved: Amount = NOTHING
    reservations: int = 0
    """That are open."""
    calls: int = 0
    unpriced: int = 0
    """Calls whose price nobody knew, and for which none was reserved: they count as nothing."""
    standing: Standing = Standing.OPEN

    @property
    def pauses(self) -> bool:
        return self.standing in PAUSES

    @property
    def is_spent(self) -> bool:
        return any(spent >= limit for spent, limit in _limited(self.terms, self.spent))


@dataclass(frozen=True, kw_only=True)
class BudgetPeriodOpened:
    TOPIC: ClassVar[str] = "BudgetPeriodOpened"
    SCHEMA_VERSION: ClassVar[int] = 1
    account: Account


@dataclass(frozen=True, kw_only=True)
class BudgetReserved:
    TOPIC: ClassVar[str] = "BudgetReserved"
    SCHEMA_VERSION: ClassVar[int] = 1
    reservation_id: UUID
    amount: Amount
    account: Account


@dataclass(frozen=True, kw_only=True)
class BudgetSettled:
    """`reserved`: what was given back; nothing where the reservation had expired."""

    TOPIC: ClassVar[str] = "BudgetSettled"
    SCHEMA_VERSION: ClassVar[int] = 1
    reservation_id: UUID
    reserved: Amount
    spent: Amount
    account: Account


@dataclass(frozen=True, kw_only=True)
class BudgetReleased:
    TOPIC: ClassVar[str] = "BudgetReleased"
    SCHEMA_VERSION: ClassVar[int] = 1
    reservation_id: UUID
    amount: Amount
    expired: bool
    account: Account


@dataclass(frozen=True, kw_only=True)
class BudgetCharged:
    """Calls that nothing was reserved for."""

    TOPIC: ClassVar[str] = "BudgetCharged"
    SCHEMA_VERSION: ClassVar[int] = 1
    spent: Amount
    calls: int
    account: Account


@dataclass(frozen=True, kw_only=True)
class BudgetExhausted:
    """Its limit was reached, or `wanted` did not fit any more: what it covers is paused and it is asked, or warned."""

    TOPIC: ClassVar[str] = "BudgetExhausted"
    SCHEMA_VERSION: ClassVar[int] = 1
    wanted: Amount
    account: Account


class Answer(StrEnum):
    RAISE = "raise"
    """The limit is raised, for this period and those to come."""
    LET_ON = "let_on"
    KEEP_CLOSED = "keep_closed"


@dataclass(frozen=True, kw_only=True)
class BudgetAnswered:
    TOPIC: ClassVar[str] = "BudgetAnswered"
    SCHEMA_VERSION: ClassVar[int] = 1
    answer: Answer
    reason: str
    account: Account


@dataclass(frozen=True, kw_only=True)
class BudgetTermsApplied:
    """The budget was revised within the period."""

    TOPIC: ClassVar[str] = "BudgetTermsApplied"
    SCHEMA_VERSION: ClassVar[int] = 1
    account: Account


LedgerEvent = (
    BudgetPeriodOpened
    | BudgetReserved
    | BudgetSettled
    | BudgetReleased
    | BudgetCharged
    | BudgetExhausted
    | BudgetAnswered
    | BudgetTermsApplied
)
LedgerState = Account | None


def evolve(state: LedgerState, event: LedgerEvent) -> LedgerState:
    return event.account


def begun(budget: Budget, period: Period) -> Account:
    return Account(
        budget_id=budget.id,
        scope=budget.scope,
        every=budget.every,
        period=period,
        time_zone=budget.time_zone,
        terms=budget.terms,
    )


def open_period(state: LedgerState, budget: Budget, period: Period) -> tuple[LedgerEvent, ...]:
    return () if state else (BudgetPeriodOpened(account=begun(budget, period)),)


class Room(StrEnum):
    """For an amount."""

    THERE_IS = "there is"
    LATER = "later"
    """When what others have reserved turns out to be less."""
    NONE = "none"
    """In what is left of the period."""
    NEVER = "never"
    """It is more than the whole."""


def room(account: Account, amount: Amount) -> Room:
    if account.pauses:
        return Room.NONE
    if account.standing is Standing.LET_ON or account.terms.at_limit is AtLimit.WARN:
        return Room.THERE_IS
    if _goes_over(account.terms, amount):
        return Room.NEVER
    if _goes_over(account.terms, account.spent + amount):
        return Room.NONE
    later = _goes_over(account.terms, account.spent + account.reserved + amount)
    return Room.LATER if later else Room.THERE_IS


def reserve(account: Account, reservation_id: UUID, amount: Amount) -> tuple[LedgerEvent, ...]:
    after = replace(account, reserved=account.reserved + amount, reservations=account.reservations + 1)
    return (BudgetReserved(reservation_id=reservation_id, amount=amount, account=after),)


def settle(
    account: Account, reservation_id: UUID, *, reserved: Amount | None, spent: Amount, unpriced: bool, now: datetime
) -> tuple[LedgerEvent, ...]:
    """`reserved`: None of a reservation that holds nothing any more. More may be spent than was reserved."""
    returned = reserved or NOTHING
    after = replace(
        account,
        spent=account.spent + spent,
        reserved=account.reserved - returned,
        reservations=account.reservations - (reserved is not None),
        calls=account.calls + 1,
        unpriced=account.unpriced + unpriced,
    )
    return _with_hit(
        account,
        after,
        now,
        lambda it: BudgetSettled(reservation_id=reservation_id, reserved=returned, spent=spent, account=it),
    )


def release(account: Account, reservation_id: UUID, amount: Amount, *, expired: bool) -> tuple[LedgerEvent, ...]:
    after = replace(account, reserved=account.reserved - amount, reservations=account.reservations - 1)
    return (BudgetReleased(reservation_id=reservation_id, amount=amount, expired=expired, account=after),)


def charge(account: Account, spent: Amount, *, calls: int, unpriced: int, now: datetime) -> tuple[LedgerEvent, ...]:
    after = replace(
        account, spent=account.spent + spent, calls=account.calls + calls, unpriced=account.unpriced + unpriced
    )
    return _with_hit(account, after, now, lambda it: BudgetCharged(spent=spent, calls=calls, account=it))


def exhaust(account: Account, wanted: Amount = NOTHING) -> tuple[LedgerEvent, ...]:
    """Once: one that asks, was answered or has warned stays as it is."""
    if account.standing is not Standing.OPEN:
        return ()
    standing = Standing.ASKING if account.terms.at_limit is AtLimit.PAUSE else Standing.OVER
    return (BudgetExhausted(wanted=wanted, account=replace(account, standing=standing)),)


def apply_terms(account: Account, terms: Terms) -> tuple[LedgerEvent, ...]:
    """Of a revision. Where there is room by then, it is open again, whatever was answered."""
    if account.terms == terms:
        return ()
    limits = (account.terms.nano_dollars, account.terms.tokens, account.terms.at_limit)
    after = replace(account, terms=terms)
    if limits == (terms.nano_dollars, terms.tokens, terms.at_limit):
        return (BudgetTermsApplied(account=after),)
    if not after.is_spent or (terms.at_limit is AtLimit.WARN and account.pauses) or account.standing is Standing.OVER:
        after = replace(after, standing=Standing.OPEN)
    applied: tuple[LedgerEvent, ...] = (BudgetTermsApplied(account=after),)
    return (*applied, *exhaust(after)) if after.is_spent else applied


def answer(account: Account, given: Answer, reason: str, terms: Terms) -> tuple[LedgerEvent, ...]:
    """`terms`: those of the budget from now on. The same answer again is nothing new."""
    match given:
        case Answer.RAISE:
            if account.pauses and replace(account, terms=terms).is_spent:
                raise InvalidInputError(
                    "That much is spent already.", "Raise it to more than what is spent in this period.", field="usd"
                )
            standing = Standing.OPEN
        case Answer.LET_ON:
            standing = Standing.LET_ON
        case Answer.KEEP_CLOSED:
            standing = Standing.CLOSED
        case _:
            assert_never(given)
    if (account.standing, account.terms) == (standing, terms):
        return ()
    if not account.pauses:
        raise ConflictError("This budget asks nothing: it is not used up.", "See it with `qd budget show ID`.")
    after = replace(account, standing=standing, terms=terms)
    return (BudgetAnswered(answer=given, reason=reason.strip()[:MAX_REASON], account=after),)


def _with_hit(
    before: Account, after: Account, now: datetime, event: Callable[[Account], LedgerEvent]
) -> tuple[LedgerEvent, ...]:
    """A period that is over is counted on, and asks nobody."""
    over = before.period.ends is not None and before.period.ends <= now
    hit = exhaust(after) if after.is_spent and not over else ()
    return (event(after), *hit)


def _limited(terms: Terms, amount: Amount) -> list[tuple[int, int]]:
    """By each limit that there is: so much of it."""
    pairs = ((amount.nano_dollars, terms.nano_dollars), (amount.tokens, terms.tokens))
    return [(value, limit) for value, limit in pairs if limit is not None]


def _goes_over(terms: Terms, amount: Amount) -> bool:
    return any(value > limit for value, limit in _limited(terms, amount))


def share_of(account: Account) -> float:
    """How much of the limit is spent: 1.0 is all. Of two limits the one that is further."""
    return max((spent / limit for spent, limit in _limited(account.terms, account.spent)), default=0.0)
