"""What workers found on their hosts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time


class Finding(ReadModel, table=True):
    """What a worker found when it compared the log with its host."""

    TABLE: ClassVar[str] = "findings"
    __table_args__ = (Index(None, "worker_id", "position"),)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    found_at: datetime = Field(sa_type=Time)
    worker_id: str | None = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    session_id: UUID
    detail: str = Field(sa_type=Text)
