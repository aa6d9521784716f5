"""Commands, and what was erased of their output."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time, id_end


class Command(ReadModel, table=True):
    TABLE: ClassVar[str] = "commands"
    __table_args__ = (
        Index(None, "session_id", "position"),
        Index("commands_running_idx", "project_id", postgresql_where=text("state = 'running'")),
        id_end("commands"),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    session_id: UUID
    project_id: UUID
    text: str = Field(sa_type=Text)
    terminal_columns: int | None
    terminal_rows: int | None
    background: bool
    timeout_seconds: int
    state: str = Field(sa_type=Text)
    end_reason: str | None = Field(sa_type=Text)
    exit_code: int | None
    signal: str | None = Field(sa_type=Text)
    reason: str | None = Field(sa_type=Text)
    next_step: str | None = Field(sa_type=Text)
    cancelling: bool
    requested_at: datetime = Field(sa_type=Time)
    started_at: datetime | None = Field(sa_type=Time)
    ended_at: datetime | None = Field(sa_type=Time)
    requested_by: str = Field(sa_type=Text)
    requested_by_user: UUID | None
    worker_id: str | None = Field(sa_type=Text)
    wall_ms: int | None = Field(sa_type=BigInteger)
    cpu_ms: int | None = Field(sa_type=BigInteger)
    peak_memory_bytes: int | None = Field(sa_type=BigInteger)
    output_bytes: int | None = Field(sa_type=BigInteger)
    output_sha256: str | None = Field(sa_type=Text)
    tree_before: str | None = Field(sa_type=Text)
    tree_after: str | None = Field(sa_type=Text)
    files_changed: list[Any] = Field(sa_type=JSONB)
    files_changed_total: int


class OutputErasure(ReadModel, table=True):
    """A stretch that was erased of what a command printed."""

    TABLE: ClassVar[str] = "output_erasures"
    command_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    first: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    output_sha256: str = Field(sa_type=Text)
    """Of all that the command printed, since then."""
    reason: str = Field(sa_type=Text)
    erased_at: datetime = Field(sa_type=Time)
