"""Budgets, their accounts and what is reserved in them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time, id_end


class Budget(ReadModel, table=True):
    TABLE: ClassVar[str] = "budgets"
    __table_args__ = (Index(None, "project_id", "position"), id_end("budgets"))
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID | None
    """None: over all projects."""
    covers: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    every: str = Field(sa_type=Text)
    time_zone: str = Field(sa_type=Text)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    set_at: datetime = Field(sa_type=Time)
    revised_at: datetime = Field(sa_type=Time)
    removed_at: datetime | None = Field(sa_type=Time)


class BudgetPeriod(ReadModel, table=True):
    """A ledger: the account of a budget in one period."""

    TABLE: ClassVar[str] = "budget_periods"
    __table_args__ = (Index(None, "budget_id", "position"),)
    ledger_id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    posted: int = Field(sa_type=BigInteger)
    """Position of its last event."""
    budget_id: UUID
    begins: datetime | None = Field(sa_type=Time)
    ends: datetime | None = Field(sa_type=Time)
    """Both None: all time."""
    account: dict[str, Any] = Field(sa_type=JSONB)
    standing: str = Field(sa_type=Text)
    share: float
    """Of the limit, that is spent: 1.0 is all."""
    exhausted_at: datetime | None = Field(sa_type=Time)
    wanted: dict[str, Any] | None = Field(sa_type=JSONB)
    """What did not fit, where that was the hit."""
    answer: str | None = Field(sa_type=Text)
    answered_at: datetime | None = Field(sa_type=Time)
    answered_by: UUID | None
    answer_reason: str | None = Field(sa_type=Text)


class BudgetReservation(ReadModel, table=True):
    TABLE: ClassVar[str] = "budget_reservations"
    __table_args__ = (
        Index("budget_reservations_open_idx", "project_id", "position", postgresql_where=text("fate = 'open'")),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID
    request_id: str = Field(sa_type=Text)
    user_id: UUID
    amount: dict[str, Any] = Field(sa_type=JSONB)
    purpose: str = Field(sa_type=Text)
    persona: str = Field(sa_type=Text)
    session_id: UUID | None
    task_id: UUID | None
    held: list[Any] = Field(sa_type=JSONB)
    """Ids of the budgets that it is reserved in."""
    fate: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Time)
    expires_at: datetime = Field(sa_type=Time)
