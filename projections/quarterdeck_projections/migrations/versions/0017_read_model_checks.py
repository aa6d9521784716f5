"""What comparisons of the read models with the log found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "read_model_checks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger),
        sa.Column("rows", sa.BigInteger),
        sa.Column("differences", sa.BigInteger),
        sa.Column("tables", JSONB),
        sa.Column("failure", sa.Text),
        sa.Column("next_step", sa.Text),
        schema="read",
    )
    op.create_table(
        "read_model_differences",
        sa.Column("check_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("column_name", sa.Text),
        sa.Column("logged", sa.Text),
        sa.Column("live", sa.Text),
        schema="read",
    )
