"""A project's settings as one document: they grow with every part of the product."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

COLUMNS = ("jail_driver", "max_sessions", "max_commands_per_session", "command_timeout_seconds", "strict_limits")


def upgrade() -> None:
    op.add_column("projects", sa.Column("settings", JSONB), schema="read")
    pairs = ", ".join(f"'{name}', {name}" for name in COLUMNS)
    op.execute(f"UPDATE read.projects SET settings = jsonb_build_object({pairs})")  # noqa: S608 - nothing but literals
    op.alter_column("projects", "settings", nullable=False, schema="read")
    for name in COLUMNS:
        op.drop_column("projects", name, schema="read")
