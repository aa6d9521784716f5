"""What workers found when they compared the log with their hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "findings",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        schema="read",
    )
    op.create_index(None, "findings", ["worker_id", "position"], schema="read")
