"""Tasks, what they are linked to, and how they came to be as they are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0007"
down_revision = "0006"

UTC = sa.DateTime(timezone=True)
SEARCHED = (
    "setweight(to_tsvector('english'::regconfig, title), 'A') || "
    "setweight(to_tsvector('english'::regconfig, body), 'B')"
)


def upgrade() -> None:
    _tasks()
    op.create_table(
        "task_links",
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("linked_at", UTC, nullable=False),
        schema="read",
    )
    op.create_table(
        "task_history",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("task_id", sa.Uuid, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        schema="read",
    )
    op.create_index(None, "task_history", ["task_id", "position"], schema="read")


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False, index=True),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("labels", JSONB, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("estimate", sa.Integer, nullable=False),
        sa.Column("dependencies", JSONB, nullable=False),
        sa.Column("acceptance", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("assigned", sa.Boolean, nullable=False),
        sa.Column("claim_number", sa.Integer),
        sa.Column("claimed_by", sa.Uuid),
        sa.Column("claim_session_id", sa.Uuid),
        sa.Column("claimed_at", UTC),
        sa.Column("claim_expires_at", UTC),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_by_user", sa.Uuid),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("closed_at", UTC),
        sa.Column("search", TSVECTOR, sa.Computed(SEARCHED, persisted=True), nullable=False),
        schema="read",
    )
    for columns in (["project_id", "position"], ["project_id", "status", "position"], ["owner_id", "position"]):
        op.create_index(None, "tasks", columns, schema="read")
    for column in ("labels", "search"):
        op.create_index(None, "tasks", [column], schema="read", postgresql_using="gin")
