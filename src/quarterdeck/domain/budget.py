"""Budgets: what may be spent, on what, in which period. All of a project are one stream, those over all projects
another; what is spent is told by each one's ledger (`budget_ledger`).

Money is whole nano-dollars, as a call's cost is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain import persona
from quarterdeck.domain.budget_period import Every, Period, check_time_zone
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError, NotFoundError

ALL_PROJECTS = UUID("8b0e7c1a-52f4-5b77-9d7c-0f6c3a3f6b01")
"""Stands for a project where a budget is over all of them."""
MAX_BUDGETS = 500
"""Of a project, and over all of them."""
MAX_NANO_DOLLARS = 10**17
"""A hundred million dollars."""
MAX_TOKENS = 10**15


class Covers(StrEnum):
    EVERYTHING = "everything"
    """Of its project; without one, all there is."""
    USER = "user"
    PERSONA = "persona"
    SESSION = "session"
    TASK = "task"


class AtLimit(StrEnum):
    PAUSE = "pause"
    """What it covers stands still, and its owners are asked."""
    WARN = "warn"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a budget covers: of a project, or with None of all, that which `subject` names."""

    project_id: UUID | None
    covers: Covers = Covers.EVERYTHING
    subject: str = ""
    """A user's, session's or task's id as text, or a persona's name; empty for everything."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """At least one of the two is limited."""

    nano_dollars: int | None = None
    tokens: int | None = None
    at_limit: AtLimit = AtLimit.PAUSE
    warn_percent: int = 80
    """The share of it at which it is said to come near."""


@dataclass(frozen=True, kw_only=True)
class BudgetSet:
    """Also of one that had been removed: the ledger of its period goes on where it was."""

    TOPIC: ClassVar[str] = "BudgetSet"
    SCHEMA_VERSION: ClassVar[int] = 1
    budget_id: UUID
    scope: Scope
    every: Every
    time_zone: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class BudgetRevised:
    """As it is from now on."""

    TOPIC: ClassVar[str] = "BudgetRevised"
    SCHEMA_VERSION: ClassVar[int] = 1
    budget_id: UUID
    time_zone: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class BudgetRemoved:
    TOPIC: ClassVar[str] = "BudgetRemoved"
    SCHEMA_VERSION: ClassVar[int] = 1
    budget_id: UUID


BudgetEvent = BudgetSet | BudgetRevised | BudgetRemoved


@dataclass(frozen=True, kw_only=True)
class Budget:
    id: UUID
    scope: Scope
    every: Every
    time_zone: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """Those of a project, or those over all."""

    by_id: Mapping[UUID, Budget] = field(default_factory=dict[UUID, Budget])


NO_BUDGETS = Budgets()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who spends, and on what: every budget that covers one of these counts it."""

    project_id: UUID
    users: frozenset[UUID]
    """Who asks for it, and whose session it is."""
    persona: str = ""
    session_id: UUID | None = None
    task_id: UUID | None = None


@lru_cache(maxsize=1024)
def budgets_id(project_id: UUID | None) -> UUID:
    return uuid5(project_id or ALL_PROJECTS, "budgets")


def budget_id(scope: Scope, every: Every) -> UUID:
    """One budget for each scope and kind of period: setting it again revises it."""
    return uuid5(scope.project_id or ALL_PROJECTS, f"budget:{scope.covers}:{scope.subject}:{every}")


def ledger_id(identifier: UUID, period: Period) -> UUID:
    """The stream that a budget's period is counted in."""
    return uuid5(identifier, f"ledger:{period.key}")


def covers(scope: Scope, subject: Subject) -> bool:
    if scope.project_id not in {None, subject.project_id}:
        return False
    match scope.covers:
        case Covers.EVERYTHING:
            return True
        case Covers.USER:
            return any(scope.subject == str(user_id) for user_id in subject.users)
        case Covers.PERSONA:
            return bool(subject.persona) and scope.subject == subject.persona
        case Covers.SESSION:
            return scope.subject == str(subject.session_id)
        case Covers.TASK:
            return scope.subject == str(subject.task_id)
        case _:
            assert_never(scope.covers)


def covering(known: Collection[Budgets], subject: Subject) -> tuple[Budget, ...]:
    return tuple(each for budgets in known for each in budgets.by_id.values() if covers(each.scope, subject))


def evolve(state: Budgets, event: BudgetEvent) -> Budgets:
    match event:
        case BudgetSet():
            made = Budget(
                id=event.budget_id, scope=event.scope, every=event.every, time_zone=event.time_zone, terms=event.terms
            )
            return Budgets(by_id={**state.by_id, made.id: made})
        case BudgetRevised():
            known = existing(state, event.budget_id)
            revised = replace(known, time_zone=event.time_zone, terms=event.terms)
            return Budgets(by_id={**state.by_id, known.id: revised})
        case BudgetRemoved():
            return Budgets(by_id={key: each for key, each in state.by_id.items() if key != event.budget_id})
        case _:
            assert_never(event)


def existing(state: Budgets, identifier: UUID) -> Budget:
    if identifier not in state.by_id:
        raise no_budget()
    return state.by_id[identifier]


def no_budget() -> NotFoundError:
    return NotFoundError("There is no such budget.", "List them with `qd budget list`.")


def set_budget(state: Budgets, scope: Scope, every: Every, time_zone: str, terms: Terms) -> tuple[BudgetEvent, ...]:
    """A new one; or of one that there is, what has changed."""
    identifier = budget_id(scope, every)
    _check(scope, time_zone, terms)
    known = state.by_id.get(identifier)
    if known is None:
        if len(state.by_id) >= MAX_BUDGETS:
            raise LimitExceededError(
                f"There are {MAX_BUDGETS} budgets already.", "Remove one that is not needed: `qd budget remove ID`."
            )
        return (BudgetSet(budget_id=identifier, scope=scope, every=every, time_zone=time_zone, terms=terms),)
    if (known.time_zone, known.terms) == (time_zone, terms):
        return ()
    return (BudgetRevised(budget_id=identifier, time_zone=time_zone, terms=terms),)


def remove(state: Budgets, identifier: UUID) -> tuple[BudgetEvent, ...]:
    return (BudgetRemoved(budget_id=identifier),) if identifier in state.by_id else ()


def _check(scope: Scope, time_zone: str, terms: Terms) -> None:
    check_time_zone(time_zone)
    if scope.project_id is None and scope.covers not in {Covers.EVERYTHING, Covers.USER}:
        raise InvalidInputError(
            f"A budget of a {scope.covers} belongs to its project.", "Name the project.", field="projectId"
        )
    if scope.covers is Covers.PERSONA and not persona.is_name(scope.subject):
        raise InvalidInputError(
            f"{scope.subject[:80]!r} is no name of a persona.", "`qd persona list` shows them.", field="persona"
        )
    if terms.nano_dollars is None and terms.tokens is None:
        raise InvalidInputError("Nothing is limited.", "Say how many dollars, tokens, or both.", field="usd")
    for name, amount, most in (("usd", terms.nano_dollars, MAX_NANO_DOLLARS), ("tokens", terms.tokens, MAX_TOKENS)):
        if amount is not None and not 0 < amount <= most:
            raise InvalidInputError(
                "A budget is more than nothing, and at most a hundred million dollars or 10^15 tokens.", field=name
            )
    if not 1 <= terms.warn_percent <= 100:
        raise InvalidInputError(f"{terms.warn_percent} is no percentage from 1 to 100.", field="warnPercent")
