"""Tasks, their history, and how they stand with their files."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Index, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time

SEARCHED = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    "setweight(to_tsvector('english'::regconfig, body), 'B')"
)
"""What of a task is searched, its title before its body."""


class Task(ReadModel, table=True):
    TABLE: ClassVar[str] = "tasks"
    __table_args__ = (
        Index(None, "project_id", "position"),
        Index(None, "project_id", "status", "position"),
        Index(None, "owner_id", "position"),
        Index(None, "labels", postgresql_using="gin"),
        Index(None, "search", postgresql_using="gin"),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, index=True)
    project_id: UUID
    number: int
    title: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    labels: list[Any] = Field(sa_type=JSONB)
    priority: str = Field(sa_type=Text)
    estimate: int
    dependencies: list[Any] = Field(sa_type=JSONB)
    acceptance: list[Any] = Field(sa_type=JSONB)
    revision: int
    status: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    owner_id: UUID | None
    assigned: bool
    claim_number: int | None
    """None: nobody holds it."""
    claimed_by: UUID | None
    claim_session_id: UUID | None
    claimed_at: datetime | None = Field(sa_type=Time)
    claim_expires_at: datetime | None = Field(sa_type=Time)
    created_at: datetime = Field(sa_type=Time)
    created_by: str = Field(sa_type=Text)
    created_by_user: UUID | None
    updated_at: datetime = Field(sa_type=Time)
    closed_at: datetime | None = Field(sa_type=Time)
    search: str = Field(sa_type=TSVECTOR, sa_column_args=(Computed(SEARCHED, persisted=True),))


class TaskLink(ReadModel, table=True):
    TABLE: ClassVar[str] = "task_links"
    task_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, sa_type=Text)
    target: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    linked_at: datetime = Field(sa_type=Time)


class TaskWork(ReadModel, table=True):
    """What a session did for a task, as its last end that was noted has it."""

    TABLE: ClassVar[str] = "task_work"
    __table_args__ = (Index(None, "task_id", "position"),)
    task_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    noted_at: datetime = Field(sa_type=Time)
    work: dict[str, Any] = Field(sa_type=JSONB)
    """`SessionWork`."""


class TaskHistory(ReadModel, table=True):
    """One row for each event that changes what a task shows. Who did it is in the log, at the same position."""

    TABLE: ClassVar[str] = "task_history"
    __table_args__ = (Index(None, "task_id", "position"),)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    task_id: UUID
    changes: dict[str, Any] = Field(sa_type=JSONB)
    """By field what it became."""


class TaskConflict(ReadModel, table=True):
    """Of a task's field between its file and the log, that is open."""

    TABLE: ClassVar[str] = "task_conflicts"
    task_id: UUID = Field(primary_key=True)
    field: str = Field(primary_key=True, sa_type=Text)
    """Empty: the task itself, which was taken out of the file."""
    session: str = Field(primary_key=True, sa_type=Text)
    """Whose copy of the file it is; empty: the watched branch's."""
    position: int = Field(sa_type=BigInteger)
    base: Any = Field(sa_type=JSONB)
    file: Any = Field(sa_type=JSONB)
    log: Any = Field(sa_type=JSONB)
    found_at: datetime = Field(sa_type=Time)


class TaskFiles(ReadModel, table=True):
    """How a project's task files stand with the log."""

    TABLE: ClassVar[str] = "task_files"
    id: UUID = Field(primary_key=True)
    """Of the stream."""
    project_id: UUID = Field(index=True)
    commit: str | None = Field(sa_type=Text)
    """That was read or written last."""
    written_commit: str | None = Field(sa_type=Text)
    writing: bool
    """Something is to be written, and not known to be."""
    synchronized_at: datetime | None = Field(sa_type=Time)
    read: int | None
    written: int | None
    findings: list[Any] | None = Field(sa_type=JSONB)
    findings_total: int | None
    asked: int
    answered: int
    failed_at: datetime | None = Field(sa_type=Time)
    failure: str | None = Field(sa_type=Text)
    next_step: str | None = Field(sa_type=Text)
