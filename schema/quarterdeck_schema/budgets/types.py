"""Budgets, as the API shows them."""

from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.budget import AtLimit, Covers, Scope, ledger_id
from quarterdeck.domain.budget_ledger import Answer, Standing
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.budget_reservation import Fate
from quarterdeck.domain.task_fields import reference
from quarterdeck_projections.queries.budgets import BudgetRow, PeriodRow, ReservationRow
from quarterdeck_schema import ids
from quarterdeck_schema.budgets.amounts import BudgetAmount, shown, shown_amount
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import described

if TYPE_CHECKING:
    from quarterdeck_schema.projects.types import Project


@strawberry.enum
class BudgetCovers(Enum):
    EVERYTHING = Covers.EVERYTHING.value
    USER = Covers.USER.value
    PERSONA = Covers.PERSONA.value
    SESSION = Covers.SESSION.value
    TASK = Covers.TASK.value


@strawberry.enum(description="A week begins on Monday; all begin at midnight of the budget's time zone.")
class BudgetEvery(Enum):
    DAY = Every.DAY.value
    WEEK = Every.WEEK.value
    MONTH = Every.MONTH.value
    ALL_TIME = Every.ALL_TIME.value


@strawberry.enum(description="PAUSE: what it covers stands still, and its owners are asked.")
class BudgetAtLimit(Enum):
    PAUSE = AtLimit.PAUSE.value
    WARN = AtLimit.WARN.value


@strawberry.enum(
    description=(
        "ASKING: it is used up, and what it covers stands still until it is answered or the period ends. OVER: it is "
        "used up, and only warns. CLOSED, LET_ON: as was answered, until the period ends."
    )
)
class BudgetStanding(Enum):
    OPEN = Standing.OPEN.value
    OVER = Standing.OVER.value
    ASKING = Standing.ASKING.value
    CLOSED = Standing.CLOSED.value
    LET_ON = Standing.LET_ON.value


@strawberry.enum(
    description=(
        "RAISE: the amount, from now on. LET_ON: this period goes on without a limit. KEEP_CLOSED: it stays as it is."
    )
)
class BudgetAnswer(Enum):
    RAISE = Answer.RAISE.value
    LET_ON = Answer.LET_ON.value
    KEEP_CLOSED = Answer.KEEP_CLOSED.value


@strawberry.enum
class ReservationFate(Enum):
    OPEN = Fate.OPEN.value
    SETTLED = Fate.SETTLED.value
    RELEASED = Fate.RELEASED.value
    EXPIRED = Fate.EXPIRED.value


@strawberry.type(description="What was spent in a period. Both ends are null for all time.")
class BudgetPeriod:
    stream_id: str = strawberry.field(description="Of its events in the log.")
    begins: datetime | None
    ends: datetime | None
    standing: BudgetStanding
    limit: BudgetAmount
    spent: BudgetAmount
    reserved: BudgetAmount
    left: BudgetAmount = strawberry.field(description="Neither spent nor reserved; less than nothing where it is over.")
    share: float = strawberry.field(description="Of the limit, that is spent: 1 is all. Of two limits the further one.")
    near: bool = strawberry.field(description="The share is at warnPercent, or beyond.")
    reservations: int = strawberry.field(description="That are open.")
    calls: int
    unpriced: int = strawberry.field(description="Calls whose price nobody knows: they count as no dollars.")
    exhausted_at: datetime | None
    wanted: BudgetAmount | None = strawberry.field(description="What did not fit any more, where that was the hit.")
    answer: BudgetAnswer | None
    answered_at: datetime | None
    answered_by: strawberry.ID | None = strawberry.field(description="The user.")
    answer_reason: str | None


@strawberry.type(description="It waits for `answerBudget`. What it covers stands still since then.")
class BudgetQuestion:
    since: datetime
    wanted: BudgetAmount | None = strawberry.field(description="What did not fit any more, where that was the hit.")
    answers: list[BudgetAnswer]


@strawberry.type(description="Kept free in every budget that covers it, until it is settled, released or runs out.")
class BudgetReservation:
    id: strawberry.ID
    request_id: str
    user_id: strawberry.ID
    purpose: str
    amount: BudgetAmount
    persona: str
    session_id: strawberry.ID | None
    task_id: strawberry.ID | None
    fate: ReservationFate
    expires_at: datetime


@strawberry.type
class Budget(Node):
    row: strawberry.Private[BudgetRow]
    covers: BudgetCovers
    subject_id: strawberry.ID | None = strawberry.field(description="The user, session or task that it covers.")
    persona: str | None
    every: BudgetEvery
    time_zone: str
    limit: BudgetAmount = strawberry.field(description="Of each period; null: not limited.")
    at_limit: BudgetAtLimit
    warn_percent: int
    now: BudgetPeriod
    periods: list[BudgetPeriod] = strawberry.field(
        description="Those that anything was posted in, the newest first; at most 100."
    )
    asks: BudgetQuestion | None
    set_at: datetime
    revised_at: datetime
    removed_at: datetime | None

    @described("Null: it is over all projects.")
    async def project(
        self, info: Info
    ) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")] | None:
        from quarterdeck_schema.projects.types import project_of

        row = await info.context.project(self.row.project_id) if self.row.project_id else None
        return None if row is None else project_of(row)

    @described("A name for what it covers: of a user, of a session that has a title, or `T-17` of a task.")
    async def subject_name(self, info: Info) -> str | None:
        return await _subject_name(info, self.row.budget.scope)

    @described("That are open in it, the oldest first.")
    async def reservations(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Connection[BudgetReservation]:
        page = await info.context.services.reads.list_reservations(self.row.id, info.context.window(first, after))
        return connect(page, reservation_of)


def budget_of(row: BudgetRow) -> Budget:
    known, terms = row.budget, row.budget.terms
    now = row.now(datetime.now(UTC))
    return Budget(
        id=ids.encode("Budget", row.id),
        row=row,
        covers=BudgetCovers(known.scope.covers.value),
        subject_id=_subject_id(row),
        persona=known.scope.subject if known.scope.covers is Covers.PERSONA else None,
        every=BudgetEvery(known.every.value),
        time_zone=known.time_zone,
        limit=shown_amount(terms.nano_dollars, terms.tokens),
        at_limit=BudgetAtLimit(terms.at_limit.value),
        warn_percent=terms.warn_percent,
        now=period_of(now),
        periods=[period_of(each) for each in row.ledgers],
        asks=None if row.removed_at else _question(now),
        set_at=row.set_at,
        revised_at=row.revised_at,
        removed_at=row.removed_at,
    )


async def _subject_name(info: Info, scope: Scope) -> str | None:
    """Only of what is in the budget's project: an id that somebody wrote into a budget tells nothing of others'."""
    match scope.covers:
        case Covers.USER:
            members = await info.context.project_members(scope.project_id) if scope.project_id else ()
            known = scope.project_id is None or any(str(each.user_id) == scope.subject for each in members)
            return await info.context.user_name(UUID(scope.subject)) if known else None
        case Covers.SESSION:
            session = await info.context.session(UUID(scope.subject))
            return session.title or None if session and session.project_id == scope.project_id else None
        case Covers.TASK:
            task = await info.context.task(UUID(scope.subject))
            return reference(task.number) if task and task.project_id == scope.project_id else None
        case _:
            return None


def _subject_id(row: BudgetRow) -> strawberry.ID | None:
    scope = row.budget.scope
    kinds = {Covers.USER: "User", Covers.SESSION: "Session", Covers.TASK: "Task"}
    return ids.encode(kinds[scope.covers], UUID(scope.subject)) if scope.covers in kinds else None


def _question(row: PeriodRow) -> BudgetQuestion | None:
    if row.account.standing is not Standing.ASKING or row.exhausted_at is None:
        return None
    return BudgetQuestion(since=row.exhausted_at, wanted=_wanted(row), answers=list(BudgetAnswer))


def _wanted(row: PeriodRow) -> BudgetAmount | None:
    return shown(row.wanted) if row.wanted and (row.wanted.nano_dollars or row.wanted.tokens) else None


def period_of(row: PeriodRow) -> BudgetPeriod:
    account, terms = row.account, row.account.terms
    used = account.spent + account.reserved
    left_dollars = None if terms.nano_dollars is None else terms.nano_dollars - used.nano_dollars
    left_tokens = None if terms.tokens is None else terms.tokens - used.tokens
    return BudgetPeriod(
        stream_id=str(ledger_id(account.budget_id, account.period)),
        begins=account.period.begins,
        ends=account.period.ends,
        standing=BudgetStanding(account.standing.value),
        limit=shown_amount(terms.nano_dollars, terms.tokens),
        spent=shown(account.spent),
        reserved=shown(account.reserved),
        left=shown_amount(left_dollars, left_tokens),
        share=row.share,
        near=row.share * 100 >= terms.warn_percent,
        reservations=account.reservations,
        calls=account.calls,
        unpriced=account.unpriced,
        exhausted_at=row.exhausted_at,
        wanted=_wanted(row),
        answer=BudgetAnswer(row.answer.value) if row.answer else None,
        answered_at=row.answered_at,
        answered_by=ids.encode("User", row.answered_by) if row.answered_by else None,
        answer_reason=row.answer_reason,
    )


def reservation_of(row: ReservationRow) -> BudgetReservation:
    return BudgetReservation(
        id=ids.encode("BudgetReservation", row.id),
        request_id=row.request_id,
        user_id=ids.encode("User", row.user_id),
        purpose=row.purpose,
        amount=shown(row.amount),
        persona=row.persona,
        session_id=ids.encode("Session", row.session_id) if row.session_id else None,
        task_id=ids.encode("Task", row.task_id) if row.task_id else None,
        fate=ReservationFate(row.fate),
        expires_at=row.expires_at,
    )
