"""Alert rules, alerts, notices of them, deliveries and silences."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("removed_at", TIME),
        schema="read",
    )
    op.create_index(None, "alert_rules", ["project_id", "position"], schema="read")
    _alerts()
    op.create_table(
        "alert_notices",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("rule_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("alerts", JSONB, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        schema="read",
    )
    op.create_index(None, "alert_notices", ["rule_id", "number"], schema="read")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("again_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("detail", sa.Text, nullable=False),
        schema="read",
    )
    op.create_index(None, "deliveries", ["source_id"], schema="read")
    op.create_table(
        "silences",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("matcher", JSONB, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.Uuid, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        schema="read",
    )
    op.create_index(None, "silences", ["project_id", "position"], schema="read")


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("rule_id", sa.Uuid, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("group_key", sa.Text, nullable=False),
        sa.Column("labels", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("raised_at", TIME),
        sa.Column("acknowledged_at", TIME),
        sa.Column("acknowledged_by", sa.Uuid),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("resolved_at", TIME),
        sa.Column("resolution", sa.Text, nullable=False),
        sa.Column("last_value", sa.Float),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("told_at", TIME),
        schema="read",
    )
    op.create_index(None, "alerts", ["project_id", "position"], schema="read")
    op.create_index(None, "alerts", ["position"], schema="read")
    op.create_index(None, "alerts", ["rule_id", "group_key", "number"], schema="read")
    op.create_index(
        "alerts_open_idx",
        "alerts",
        ["rule_id"],
        schema="read",
        postgresql_where=sa.text("told <> 'resolved' AND state <> 'cleared'"),
    )
