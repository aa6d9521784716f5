"""The log, by an event a row."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time


class AuditEntry(ReadModel, table=True):
    """One row for each event, those of unknown topic and erased ones too."""

    TABLE: ClassVar[str] = "audit_trail"
    __table_args__ = (
        Index(None, "project_id", "position", postgresql_where=text("project_id IS NOT NULL")),
        Index(None, "session_id", "position", postgresql_where=text("session_id IS NOT NULL")),
        Index(None, "subject_id", "position", postgresql_where=text("session_id IS NULL")),
    )
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    recorded_at: datetime = Field(sa_type=Time)
    actor_kind: str = Field(sa_type=Text)
    actor_id: str = Field(sa_type=Text)
    topic: str = Field(sa_type=Text)
    project_id: UUID | None
    session_id: UUID | None
    subject_id: UUID
    """The stream: the project, session, command, user or token it is about."""
    summary: str = Field(sa_type=Text)
    """One line."""


class Happening(ReadModel, table=True):
    """What people want to know of who were away."""

    TABLE: ClassVar[str] = "happenings"
    __table_args__ = (Index(None, "project_id", "happened_at"),)
    project_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    """Last, and in no index alone: a scan by position for the newest of a rare kind would read all there is."""
    happened_at: datetime = Field(sa_type=Time)
    actor_kind: str = Field(sa_type=Text)
    actor_id: str = Field(sa_type=Text)
    subject_id: UUID
    """The stream."""
