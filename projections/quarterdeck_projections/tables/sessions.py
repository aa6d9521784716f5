"""Sessions, and where they may connect to."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time, id_end


class Session(ReadModel, table=True):
    TABLE: ClassVar[str] = "sessions"
    __table_args__ = (
        Index(None, "project_id", "position"),
        Index(None, "state", "position"),
        Index(None, "task_id", "position"),
        id_end("sessions"),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, index=True)
    project_id: UUID
    owner_id: UUID
    title: str = Field(sa_type=Text)
    ref: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    reason: str | None = Field(sa_type=Text)
    next_step: str | None = Field(sa_type=Text)
    worker_id: str | None = Field(sa_type=Text)
    jail_driver: str | None = Field(sa_type=Text)
    workspace_kind: str | None = Field(sa_type=Text)
    base_commit: str | None = Field(sa_type=Text)
    limits: list[Any] = Field(sa_type=JSONB)
    opened_at: datetime = Field(sa_type=Time)
    ready_at: datetime | None = Field(sa_type=Time)
    ended_at: datetime | None = Field(sa_type=Time)
    forked_from: UUID | None
    forked_at: UUID | None
    """The command after (or before) which it was forked; None: at the newest point."""
    forked_before: bool
    notes: list[Any] = Field(sa_type=JSONB)
    persona: dict[str, Any] | None = Field(sa_type=JSONB)
    """`SessionPersona`; None: it has none."""
    task_id: UUID | None
    """That it works on."""


class SessionNetwork(ReadModel, table=True):
    """Of sessions with a list of their own."""

    TABLE: ClassVar[str] = "session_networks"
    session_id: UUID = Field(primary_key=True)
    rules: list[Any] = Field(sa_type=JSONB)
    beyond_project: list[Any] = Field(sa_type=JSONB)


class NetworkAccess(ReadModel, table=True):
    TABLE: ClassVar[str] = "network_access"
    __table_args__ = (Index(None, "session_id", "position"),)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    session_id: UUID
    decided_at: datetime = Field(sa_type=Time)
    host: str = Field(sa_type=Text)
    port: int
    verdict: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    bytes_up: int = Field(sa_type=BigInteger)
    bytes_down: int = Field(sa_type=BigInteger)
    count: int = Field(sa_type=BigInteger)
