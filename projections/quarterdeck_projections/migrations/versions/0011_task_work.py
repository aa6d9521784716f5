"""What sessions did for tasks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "task_work",
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("work", JSONB, nullable=False),
        schema="read",
    )
    op.create_index(None, "task_work", ["task_id", "position"], schema="read")
