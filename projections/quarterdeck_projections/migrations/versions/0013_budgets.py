"""Budgets, the account of each of their periods, and reservations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "budgets",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("covers", "subject", "every", "time_zone")),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("set_at", time, nullable=False),
        sa.Column("revised_at", time, nullable=False),
        sa.Column("removed_at", time),
        schema="read",
    )
    op.create_index(None, "budgets", ["project_id", "position"], schema="read")
    op.create_table(
        "budget_periods",
        sa.Column("ledger_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("posted", sa.BigInteger, nullable=False),
        sa.Column("budget_id", sa.Uuid, nullable=False),
        sa.Column("begins", time),
        sa.Column("ends", time),
        sa.Column("account", JSONB, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("exhausted_at", time),
        sa.Column("wanted", JSONB),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", time),
        sa.Column("answered_by", sa.Uuid),
        sa.Column("answer_reason", sa.Text),
        schema="read",
    )
    op.create_index(None, "budget_periods", ["budget_id", "position"], schema="read")
    op.create_table(
        "budget_reservations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("amount", JSONB, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("persona", sa.Text, nullable=False),
        sa.Column("session_id", sa.Uuid),
        sa.Column("task_id", sa.Uuid),
        sa.Column("held", JSONB, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("made_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        schema="read",
    )
    op.create_index(
        "budget_reservations_open_idx",
        "budget_reservations",
        ["project_id", "position"],
        schema="read",
        postgresql_where=sa.text("fate = 'open'"),
    )
