"""Where a session was forked from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("forked_from", sa.Uuid), schema="read")
    op.add_column("sessions", sa.Column("forked_at", sa.Uuid), schema="read")
    op.add_column(
        "sessions", sa.Column("forked_before", sa.Boolean, nullable=False, server_default=sa.false()), schema="read"
    )
    op.alter_column("sessions", "forked_before", server_default=None, schema="read")
