"""Words of commands and of what they printed, to find them by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "search_pieces",
        sa.Column("command_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("output_first", sa.BigInteger, nullable=False),
        sa.Column("output_until", sa.BigInteger, nullable=False),
        sa.Column("error_first", sa.BigInteger, nullable=False),
        sa.Column("error_until", sa.BigInteger, nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        schema="read",
    )
    op.create_index(None, "search_pieces", ["words"], schema="read", postgresql_using="gin")
    op.create_index(None, "search_pieces", ["session_id", "position"], schema="read")
    op.create_index(
        "commands_running_idx",
        "commands",
        ["project_id"],
        schema="read",
        postgresql_where=sa.text("state = 'running'"),
    )
