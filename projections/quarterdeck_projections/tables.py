"""The tables of the read models, all in schema `read`. Only projections write them.

`position` is that of the event that made the row: the key of pages. No foreign keys: projections advance apart.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Date, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SCHEMA = "read"
NEXT_SCHEMA = "read_next"
"""Where a rebuild makes its tables."""
METADATA = MetaData(
    schema=SCHEMA,
    naming_convention={"pk": "%(table_name)s_pkey", "ix": "%(table_name)s_%(column_0_N_name)s_idx"},
)


SEARCHED = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    "setweight(to_tsvector('english'::regconfig, body), 'B')"
)
"""What of a task is searched, its title before its body."""


class Time(DateTime):
    """With its zone, which is UTC."""

    def __init__(self) -> None:
        super().__init__(timezone=True)


class ReadModel(SQLModel):
    TABLE: ClassVar[str]
    metadata = METADATA

    @declared_attr  # type: ignore[arg-type] # SQLAlchemy types it for columns only
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride] # a class method
        return cls.TABLE


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


class Session(ReadModel, table=True):
    TABLE: ClassVar[str] = "sessions"
    __table_args__ = (
        Index(None, "project_id", "position"),
        Index(None, "state", "position"),
        Index(None, "task_id", "position"),
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


class Command(ReadModel, table=True):
    TABLE: ClassVar[str] = "commands"
    __table_args__ = (
        Index(None, "session_id", "position"),
        Index("commands_running_idx", "project_id", postgresql_where=text("state = 'running'")),
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


class Report(ReadModel, table=True):
    TABLE: ClassVar[str] = "reports"
    __table_args__ = (
        Index(None, "project_id", "position"),
        Index(None, "next_at", postgresql_where=text("removed_at IS NULL")),
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


class User(ReadModel, table=True):
    TABLE: ClassVar[str] = "users"
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    name: str = Field(sa_type=Text)
    registered_at: datetime = Field(sa_type=Time)


class UserRole(ReadModel, table=True):
    TABLE: ClassVar[str] = "user_roles"
    user_id: UUID = Field(primary_key=True)
    role: str = Field(primary_key=True, sa_type=Text)


class Token(ReadModel, table=True):
    """Without its digest: the secret is checked against the log alone."""

    TABLE: ClassVar[str] = "tokens"
    __table_args__ = (Index(None, "user_id", "position"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    user_id: UUID
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    scopes: list[Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Time)
    expires_at: datetime | None = Field(sa_type=Time)
    revoked: bool
    used: bool


class Budget(ReadModel, table=True):
    TABLE: ClassVar[str] = "budgets"
    __table_args__ = (Index(None, "project_id", "position"),)
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


class SearchPiece(ReadModel, table=True):
    """The words in a command's text (number 0) or in a piece of its output (see `search.pieces`)."""

    TABLE: ClassVar[str] = "search_pieces"
    __table_args__ = (
        Index(None, "marks", postgresql_using="gin"),
        Index(None, "session_id", "position"),
    )
    command_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    """Of the command's request."""
    project_id: UUID
    session_id: UUID
    output_first: int = Field(sa_type=BigInteger)
    output_until: int = Field(sa_type=BigInteger)
    error_first: int = Field(sa_type=BigInteger)
    error_until: int = Field(sa_type=BigInteger)
    marks: list[int] = Field(sa_type=ARRAY(Integer), sa_column_kwargs={"info": {"statistics": 0}})
    """See `search.marks`. Where a word is, is seen in the transcript itself."""


class AlertRule(ReadModel, table=True):
    TABLE: ClassVar[str] = "alert_rules"
    __table_args__ = (Index(None, "project_id", "position"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID | None
    """None: of the whole server; so with alerts and silences."""
    name: str = Field(sa_type=Text)
    revision: int
    settings: dict[str, Any] = Field(sa_type=JSONB)
    set_at: datetime = Field(sa_type=Time)
    set_by: str = Field(sa_type=Text)
    removed_at: datetime | None = Field(sa_type=Time)


class Alert(ReadModel, table=True):
    TABLE: ClassVar[str] = "alerts"
    __table_args__ = (
        Index(None, "project_id", "position"),
        Index(None, "rule_id", "group_key", "number"),
        Index("alerts_open_idx", "rule_id", postgresql_where=text("told <> 'resolved' AND state <> 'cleared'")),
    )
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, index=True)
    project_id: UUID | None
    rule_id: UUID
    rule: str = Field(sa_type=Text)
    revision: int
    number: int
    group_key: str = Field(sa_type=Text)
    labels: dict[str, Any] = Field(sa_type=JSONB)
    state: str = Field(sa_type=Text)
    """pending, cleared, firing, acknowledged or resolved."""
    severity: str = Field(sa_type=Text)
    summary: str = Field(sa_type=Text)
    value: float
    since: datetime = Field(sa_type=Time)
    raised_at: datetime | None = Field(sa_type=Time)
    acknowledged_at: datetime | None = Field(sa_type=Time)
    acknowledged_by: UUID | None
    note: str = Field(sa_type=Text)
    resolved_at: datetime | None = Field(sa_type=Time)
    resolution: str = Field(sa_type=Text)
    last_value: float | None
    told: str = Field(sa_type=Text)
    """What the last notice said of it: nothing, `raised` or `resolved`."""
    told_at: datetime | None = Field(sa_type=Time)


class AlertNotice(ReadModel, table=True):
    TABLE: ClassVar[str] = "alert_notices"
    __table_args__ = (Index(None, "rule_id", "number"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID | None
    rule_id: UUID
    number: int
    """0: a test."""
    kind: str = Field(sa_type=Text)
    alerts: list[Any] = Field(sa_type=JSONB)
    """Ids."""
    made_at: datetime = Field(sa_type=Time)


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


class Silence(ReadModel, table=True):
    TABLE: ClassVar[str] = "silences"
    __table_args__ = (Index(None, "project_id", "position"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    project_id: UUID | None
    matcher: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    set_at: datetime = Field(sa_type=Time)
    set_by: UUID
    until: datetime = Field(sa_type=Time)
    ended_at: datetime | None = Field(sa_type=Time)


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


def table_of(model: type[ReadModel]) -> Table:
    return METADATA.tables[f"{SCHEMA}.{model.TABLE}"]
