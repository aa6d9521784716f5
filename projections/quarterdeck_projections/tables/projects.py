"""Projects, who belongs to them, and their personas."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time


class Project(ReadModel, table=True):
    TABLE: ClassVar[str] = "projects"
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, index=True)
    name: str = Field(sa_type=Text)
    repository: str = Field(sa_type=Text)
    default_branch: str = Field(sa_type=Text)
    archived: bool
    created_at: datetime = Field(sa_type=Time)
    settings: dict[str, Any] = Field(sa_type=JSONB)


class Member(ReadModel, table=True):
    TABLE: ClassVar[str] = "members"
    project_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True, index=True)
    role: str = Field(sa_type=Text)


class Persona(ReadModel, table=True):
    TABLE: ClassVar[str] = "personas"
    __table_args__ = (Index(None, "project_id", "position"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID
    name: str = Field(sa_type=Text)
    revision: int
    description: str = Field(sa_type=Text)
    limits: dict[str, Any] = Field(sa_type=JSONB)
    network: list[Any] | None = Field(sa_type=JSONB)
    """None: it has no list of its own."""
    defined_at: datetime = Field(sa_type=Time)
    revised_at: datetime = Field(sa_type=Time)
    retired_at: datetime | None = Field(sa_type=Time)
