"""Budgets, with the account of the period of now and those before it, and what is reserved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.domain.budget import Budget, Covers, Scope, Terms
from quarterdeck.domain.budget_ledger import Account, Amount, Answer, begun, share_of
from quarterdeck.domain.budget_period import Every, Period, period_at
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page

PERIODS_SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodRow:
    budget_id: UUID
    account: Account
    exhausted_at: datetime | None = None
    wanted: Amount | None = None
    answer: Answer | None = None
    answered_at: datetime | None = None
    answered_by: UUID | None = None
    answer_reason: str | None = None

    @property
    def share(self) -> float:
        """Of the limit, that is spent: 1.0 is all."""
        return share_of(self.account)


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetRow:
    position: int
    """Of its last BudgetSet: the key of pages."""
    budget: Budget
    set_at: datetime
    revised_at: datetime
    removed_at: datetime | None
    ledgers: tuple[PeriodRow, ...] = ()
    """Of the last periods that anything was posted in, the newest first."""

    @property
    def id(self) -> UUID:
        return self.budget.id

    @property
    def project_id(self) -> UUID | None:
        return self.budget.scope.project_id

    def now(self, at: datetime) -> PeriodRow:
        """Its period of now, though nothing may have been posted in it yet."""
        period = period_at(self.budget.every, self.budget.time_zone, at)
        fresh = PeriodRow(budget_id=self.id, account=begun(self.budget, period))
        return next((each for each in self.ledgers if each.account.period == period), fresh)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReservationRow:
    id: UUID
    position: int
    project_id: UUID
    request_id: str
    user_id: UUID
    amount: Amount
    purpose: str
    persona: str
    session_id: UUID | None
    task_id: UUID | None
    fate: str
    made_at: datetime
    expires_at: datetime


COLUMNS = "id, position, project_id, covers, subject, every, time_zone, terms, set_at, revised_at, removed_at"
_PERIODS = "budget_id, account, exhausted_at, wanted, answer, answered_at, answered_by, answer_reason"
_RESERVATIONS = (
    "id, position, project_id, request_id, user_id, amount, purpose, persona, session_id, task_id, fate, made_at,"
    " expires_at"
)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, BudgetRow]:
    """Those of `ids` that were ever set."""
    query = f"SELECT {COLUMNS} FROM read.budgets WHERE id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
    found = await database.rows(_budget, query, {"ids": list(ids)})
    return {row.id: row for row in await _with_periods(database, found)}


async def list_of_project(database: Database, project_id: UUID | None, window: Window) -> Page[BudgetRow]:
    """Those of a project, or with None those over all, in the order in which they were set."""
    keys = keyset(window, newest_first=False)
    found = await database.rows(
        _budget,
        f"""
        SELECT {COLUMNS} FROM read.budgets
        WHERE project_id IS NOT DISTINCT FROM %(project)s AND position > %(low)s AND position < %(high)s
            AND removed_at IS NULL
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"project": project_id, **keys.parameters},
    )
    return page(await _with_periods(database, found), window)


async def list_reservations(database: Database, budget_id: UUID, window: Window) -> Page[ReservationRow]:
    """That are open in it, in the order in which they were made."""
    keys = keyset(window, newest_first=False)
    found = await database.rows(
        _reservation,
        f"""
        SELECT {_RESERVATIONS} FROM read.budget_reservations
        WHERE fate = 'open' AND held ? %(budget)s AND position > %(low)s AND position < %(high)s
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {"budget": str(budget_id), **keys.parameters},
    )
    return page(found, window)


async def _with_periods(database: Database, budgets: list[BudgetRow]) -> list[BudgetRow]:
    query = f"""
        SELECT {_PERIODS} FROM unnest(%(ids)s::uuid[]) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT * FROM read.budget_periods WHERE budget_id = wanted.id ORDER BY position DESC LIMIT %(most)s
        ) AS periods
        """  # noqa: S608 - nothing but literals
    ids = [each.id for each in budgets]
    found = await database.rows(_period, query, {"ids": ids, "most": PERIODS_SHOWN}) if ids else []
    return [_joined(each, [row for row in found if row.budget_id == each.id]) for each in budgets]


def _joined(row: BudgetRow, periods: list[PeriodRow]) -> BudgetRow:
    return BudgetRow(
        position=row.position,
        budget=row.budget,
        set_at=row.set_at,
        revised_at=row.revised_at,
        removed_at=row.removed_at,
        ledgers=tuple(sorted(periods, key=_begins, reverse=True)),
    )


def _begins(row: PeriodRow) -> float:
    period: Period = row.account.period
    return period.begins.timestamp() if period.begins else 0.0


def _budget(
    *,
    id: UUID,  # noqa: A002 - the column's name
    project_id: UUID | None,
    covers: str,
    subject: str,
    every: str,
    time_zone: str,
    terms: dict[str, Any],
    **columns: Any,
) -> BudgetRow:
    scope = Scope(project_id=project_id, covers=Covers(covers), subject=subject)
    known = Budget(id=id, scope=scope, every=Every(every), time_zone=time_zone, terms=msgspec.convert(terms, Terms))
    return BudgetRow(budget=known, **columns)


def _period(*, account: dict[str, Any], wanted: dict[str, Any] | None, answer: str | None, **columns: Any) -> PeriodRow:
    return PeriodRow(
        account=msgspec.convert(account, Account),
        wanted=msgspec.convert(wanted, Amount) if wanted else None,
        answer=Answer(answer) if answer else None,
        **columns,
    )


def _reservation(*, amount: dict[str, Any], **columns: Any) -> ReservationRow:
    return ReservationRow(amount=msgspec.convert(amount, Amount), **columns)
