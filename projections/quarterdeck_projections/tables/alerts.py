"""Rules, the alerts they raised, what was told of them, and silences."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time, id_end


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
        id_end("alerts"),
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
