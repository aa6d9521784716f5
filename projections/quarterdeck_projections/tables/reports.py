"""Reports, and each that was made."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time, id_end


class Report(ReadModel, table=True):
    TABLE: ClassVar[str] = "reports"
    __table_args__ = (
        Index(None, "project_id", "position"),
        Index(None, "next_at", postgresql_where=text("removed_at IS NULL")),
        id_end("reports"),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID | None
    """None: every project that each recipient may see."""
    owner_id: UUID
    name: str = Field(sa_type=Text)
    cadence: str = Field(sa_type=Text)
    zone: str = Field(sa_type=Text)
    at_minute: int
    week_starts: str = Field(sa_type=Text)
    recipients: list[Any] = Field(sa_type=JSONB)
    next_at: datetime = Field(sa_type=Time)
    scheduled_at: datetime = Field(sa_type=Time)
    revised_at: datetime = Field(sa_type=Time)
    removed_at: datetime | None = Field(sa_type=Time)


class ReportIssue(ReadModel, table=True):
    """Of one period, or one that was asked for."""

    TABLE: ClassVar[str] = "report_issues"
    __table_args__ = (
        Index(None, "report_id", "position"),
        Index(None, "position", postgresql_where=text("delivered_at IS NULL")),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    report_id: UUID
    project_id: UUID | None
    first: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)
    missed: int
    asked_by: UUID | None
    prepared_at: datetime = Field(sa_type=Time)
    delivered_at: datetime | None = Field(sa_type=Time)
    arrived: int | None
    failed: int | None
