"""Which task a session works on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("task_id", sa.Uuid), schema="read")
    op.create_index(None, "sessions", ["task_id", "position"], schema="read")
