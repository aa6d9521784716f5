"""What was sent to somebody, and how that went."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time


class Delivery(ReadModel, table=True):
    TABLE: ClassVar[str] = "deliveries"
    __table_args__ = (Index(None, "source_id"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    about: str = Field(sa_type=Text)
    source_id: UUID
    channel: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    """waiting, sending, failed, arrived or given_up."""
    attempts: int
    asked_at: datetime = Field(sa_type=Time)
    again_at: datetime | None = Field(sa_type=Time)
    ended_at: datetime | None = Field(sa_type=Time)
    detail: str = Field(sa_type=Text)
    """The receiver's answer, or why it did not arrive."""
