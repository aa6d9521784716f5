"""Budgets, folded from the memory log when they are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast, get_args
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.budget import Budget, BudgetRemoved, BudgetRevised, BudgetSet
from quarterdeck.domain.budget_ledger import BudgetAnswered, BudgetExhausted, LedgerEvent
from quarterdeck.domain.budget_reservation import ReservationMade, ReservationReleased, ReservationSettled
from quarterdeck_projections.queries.budgets import BudgetRow, PeriodRow, ReservationRow


def budgets_of(events: Sequence[LoggedEvent]) -> dict[UUID, BudgetRow]:
    rows: dict[UUID, BudgetRow] = {}
    for logged in events:
        event, at = logged.event, logged.envelope.recorded_at
        if isinstance(event, BudgetSet):
            rows[event.budget_id] = BudgetRow(
                position=logged.position, budget=_budget(event), set_at=at, revised_at=at, removed_at=None
            )
        elif isinstance(event, BudgetRevised):
            row = rows[event.budget_id]
            revised = replace(row.budget, terms=event.terms, time_zone=event.time_zone)
            rows[event.budget_id] = replace(row, budget=revised, revised_at=at)
        elif isinstance(event, BudgetRemoved):
            rows[event.budget_id] = replace(rows[event.budget_id], removed_at=at)
    return {key: replace(row, ledgers=_ledgers(events, key)) for key, row in rows.items()}


def reservations_of(events: Sequence[LoggedEvent], budget_id: UUID) -> list[ReservationRow]:
    rows: dict[UUID, ReservationRow] = {}
    for logged in events:
        event = logged.event
        if isinstance(event, ReservationMade) and any(held.budget_id == budget_id for held in event.held):
            rows[logged.stream_id] = _reservation(logged, event, logged.envelope.recorded_at)
        elif isinstance(event, (ReservationSettled, ReservationReleased)):
            rows.pop(logged.stream_id, None)
    return list(rows.values())


def _budget(event: BudgetSet) -> Budget:
    return Budget(
        id=event.budget_id, scope=event.scope, every=event.every, time_zone=event.time_zone, terms=event.terms
    )


def _ledgers(events: Sequence[LoggedEvent], budget_id: UUID) -> tuple[PeriodRow, ...]:
    rows: dict[UUID, PeriodRow] = {}
    for logged in events:
        if not isinstance(logged.event, get_args(LedgerEvent)):
            continue
        event = cast("LedgerEvent", logged.event)
        if event.account.budget_id != budget_id:
            continue
        row = rows.get(logged.stream_id) or PeriodRow(budget_id=budget_id, account=event.account)
        rows[logged.stream_id] = _posted(replace(row, account=event.account), logged, event)
    return tuple(reversed(rows.values()))


def _posted(row: PeriodRow, logged: LoggedEvent, event: LedgerEvent) -> PeriodRow:
    at = logged.envelope.recorded_at
    if isinstance(event, BudgetExhausted):
        return replace(row, exhausted_at=at, wanted=event.wanted, answer=None, answered_at=None)
    if isinstance(event, BudgetAnswered):
        by = UUID(logged.envelope.actor.id)
        return replace(row, answer=event.answer, answered_at=at, answered_by=by, answer_reason=event.reason)
    return row


def _reservation(logged: LoggedEvent, made: ReservationMade, at: datetime) -> ReservationRow:
    return ReservationRow(
        id=logged.stream_id,
        position=logged.position,
        project_id=made.project_id,
        request_id=made.request_id,
        user_id=made.user_id,
        amount=made.amount,
        purpose=made.purpose,
        persona=made.persona,
        session_id=made.session_id,
        task_id=made.task_id,
        fate="open",
        made_at=at,
        expires_at=made.expires_at,
    )
