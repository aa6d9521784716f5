"""How task files stand with the log, and conflicts between them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "task_conflicts",
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("session", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("base", JSONB, nullable=False),
        sa.Column("file", JSONB, nullable=False),
        sa.Column("log", JSONB, nullable=False),
        sa.Column("found_at", UTC, nullable=False),
        schema="read",
    )
    op.create_table(
        "task_files",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("commit", sa.Text),
        sa.Column("written_commit", sa.Text),
        sa.Column("writing", sa.Boolean, nullable=False),
        sa.Column("synchronized_at", UTC),
        sa.Column("read", sa.Integer),
        sa.Column("written", sa.Integer),
        sa.Column("findings", JSONB),
        sa.Column("findings_total", sa.Integer),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.Column("failed_at", UTC),
        sa.Column("failure", sa.Text),
        sa.Column("next_step", sa.Text),
        schema="read",
    )
    op.create_index(None, "task_files", ["project_id"], schema="read")
