"""What a session's copy of the repository lacks, a sentence each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("notes", JSONB, nullable=False, server_default="[]"), schema="read")
    op.alter_column("sessions", "notes", server_default=None, schema="read")
