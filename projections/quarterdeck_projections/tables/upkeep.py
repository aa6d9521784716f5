"""How far projections are, and how their tables compare with the log."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time


class ProjectionPosition(ReadModel, table=True):
    TABLE: ClassVar[str] = "projection_positions"
    name: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    failed_at: int | None = Field(sa_type=BigInteger)
    """The event that it stopped at."""
    failure: str | None = Field(sa_type=Text)


class ReadModelCheck(ReadModel, table=True):
    """A comparison of the read models with the log. The newest ones are kept."""

    TABLE: ClassVar[str] = "read_model_checks"
    id: UUID = Field(primary_key=True)
    asked_at: datetime = Field(sa_type=Time)
    state: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    done: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)
    position: int | None = Field(sa_type=BigInteger)
    """Of the log, that was compared at; so with the next two, once it has ended."""
    rows: int | None = Field(sa_type=BigInteger)
    differences: int | None = Field(sa_type=BigInteger)
    tables: dict[str, int] | None = Field(sa_type=JSONB)
    """How many differences in each table."""
    failure: str | None = Field(sa_type=Text)
    next_step: str | None = Field(sa_type=Text)


class ReadModelDifference(ReadModel, table=True):
    """`comparison.Difference`. Values are text: a row may hold what JSON of a database cannot."""

    TABLE: ClassVar[str] = "read_model_differences"
    check_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    table_name: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    column_name: str | None = Field(sa_type=Text)
    logged: str | None = Field(sa_type=Text)
    live: str | None = Field(sa_type=Text)
