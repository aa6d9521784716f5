"""Budgets as they are, the account of each of their periods, and what is reserved."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast, get_args

from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.budget import BudgetEvent, BudgetRemoved, BudgetRevised, BudgetSet
from quarterdeck.domain.budget_ledger import (
    Account,
    BudgetAnswered,
    BudgetExhausted,
    BudgetPeriodOpened,
    LedgerEvent,
    share_of,
)
from quarterdeck.domain.budget_reservation import (
    Fate,
    ReservationEvent,
    ReservationMade,
    ReservationReleased,
    ReservationSettled,
)
from quarterdeck_projections import tables
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    for logged in batch:
        event = cast("BudgetEvent | LedgerEvent | ReservationEvent", logged.event)
        if isinstance(event, get_args(BudgetEvent)):
            _listed(changes, logged, cast("BudgetEvent", event))
        elif isinstance(event, get_args(ReservationEvent)):
            _reserved(changes, logged, cast("ReservationEvent", event))
        else:
            _posted(changes, logged, cast("LedgerEvent", event))
    return changes


def _listed(changes: Changes, logged: Logged, event: BudgetEvent) -> None:
    budgets, key = changes.of(tables.Budget), (str(event.budget_id),)
    match event:
        case BudgetSet():
            budgets.replace(key, _set(logged, event))
        case BudgetRevised():
            terms: Row = {"time_zone": event.time_zone, "terms": asdict(event.terms), "revised_at": logged.recorded_at}
            budgets.update(key, terms)
        case BudgetRemoved():
            budgets.update(key, {"removed_at": logged.recorded_at})
        case _:
            assert_never(event)


def _set(logged: Logged, event: BudgetSet) -> Row:
    return {
        "id": str(event.budget_id),
        "position": logged.position,
        "project_id": event.scope.project_id,
        "covers": event.scope.covers,
        "subject": event.scope.subject,
        "every": event.every,
        "time_zone": event.time_zone,
        "terms": asdict(event.terms),
        "set_at": logged.recorded_at,
        "revised_at": logged.recorded_at,
    }


def _posted(changes: Changes, logged: Logged, event: LedgerEvent) -> None:
    """The row of the ledger's period; it has the account as the event left it."""
    periods, key = changes.of(tables.BudgetPeriod), (logged.stream_id,)
    account = event.account
    row: Row = {
        "account": asdict(account),
        "standing": account.standing,
        "share": share_of(account),
        "posted": logged.position,
        **_asked(logged, event),
    }
    if isinstance(event, BudgetPeriodOpened):
        periods.insert(key, _opened(logged, account) | row)
    else:
        periods.update(key, row)


def _opened(logged: Logged, account: Account) -> Row:
    return {
        "ledger_id": logged.stream_id,
        "position": logged.position,
        "budget_id": account.budget_id,
        "begins": account.period.begins,
        "ends": account.period.ends,
    }


def _asked(logged: Logged, event: LedgerEvent) -> Row:
    match event:
        case BudgetExhausted():
            answer: Row = {"answer": None, "answered_at": None, "answered_by": None, "answer_reason": None}
            return {"exhausted_at": logged.recorded_at, "wanted": asdict(event.wanted), **answer}
        case BudgetAnswered():
            return {
                "answer": event.answer,
                "answered_at": logged.recorded_at,
                "answered_by": logged.actor_id if logged.actor_kind == ActorKind.USER else None,
                "answer_reason": event.reason,
            }
        case _:
            return {}


def _reserved(changes: Changes, logged: Logged, event: ReservationEvent) -> None:
    reservations, key = changes.of(tables.BudgetReservation), (logged.stream_id,)
    match event:
        case ReservationMade():
            told = asdict(event)
            held = [str(each.budget_id) for each in event.held]
            row: Row = {"id": logged.stream_id, "position": logged.position, "made_at": logged.recorded_at}
            reservations.insert(key, {**row, **told, "held": held, "fate": Fate.OPEN})
        case ReservationSettled():
            reservations.update(key, {"fate": Fate.SETTLED})
        case ReservationReleased():
            reservations.update(key, {"fate": Fate.EXPIRED if event.expired else Fate.RELEASED})
        case _:
            assert_never(event)


BUDGETS = RowProjection(
    name="budgets",
    tables=(tables.Budget, tables.BudgetPeriod, tables.BudgetReservation),
    topics=frozenset(
        cls.TOPIC for cls in (*get_args(BudgetEvent), *get_args(LedgerEvent), *get_args(ReservationEvent))
    ),
    project=project,
)
