"""Network lists of sessions, and what was let through and refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "session_networks",
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("beyond_project", JSONB, nullable=False),
        schema="read",
    )
    texts = ("host", "verdict", "rule", "reason", "address")
    numbers = ("bytes_up", "bytes_down", "count")
    op.create_table(
        "network_access",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("port", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in numbers),
        schema="read",
    )
    op.create_index(
        "network_access_session_id_position_idx", "network_access", ["session_id", "position"], schema="read"
    )
