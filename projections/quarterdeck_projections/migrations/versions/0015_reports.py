"""Reports, their issues, and the deliveries of those."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cadence", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("at_minute", sa.Integer, nullable=False),
        sa.Column("week_starts", sa.Text, nullable=False),
        sa.Column("recipients", JSONB, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        schema="read",
    )
    op.create_index(None, "reports", ["project_id", "position"], schema="read")
    op.create_index(None, "reports", ["next_at"], schema="read", postgresql_where=sa.text("removed_at IS NULL"))
    op.create_table(
        "report_issues",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("arrived", sa.Integer),
        sa.Column("failed", sa.Integer),
        schema="read",
    )
    op.create_index(None, "report_issues", ["report_id", "position"], schema="read")
    op.create_index(
        None, "report_issues", ["position"], schema="read", postgresql_where=sa.text("delivered_at IS NULL")
    )
    op.create_table(
        "report_deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("issue_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        schema="read",
    )
    op.create_index(None, "report_deliveries", ["issue_id", "position"], schema="read")
