"""The first read models."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

UTC = sa.DateTime(timezone=True)

ADVANCE = """
CREATE FUNCTION read.advance(names text[], expected bigint, upto bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moved integer;
BEGIN
    UPDATE read.projection_positions SET position = upto, failed_at = NULL, failure = NULL
        WHERE name = ANY(names) AND position = expected;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(names) THEN
        RAISE EXCEPTION 'these projections have been moved on by another projector or a rebuild'
            USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM pg_notify('quarterdeck_projected', upto || ' ' || array_to_string(names, ' '));
END $$
"""


def upgrade() -> None:
    op.create_table(
        "projection_positions",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("failed_at", sa.BigInteger),
        sa.Column("failure", sa.Text),
        schema="read",
    )
    op.execute(ADVANCE)
    _projects()
    _sessions()
    _commands()
    _identity()
    _audit_trail()


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("default_branch", sa.Text, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("jail_driver", sa.Text, nullable=False),
        sa.Column("max_sessions", sa.Integer, nullable=False),
        sa.Column("max_commands_per_session", sa.Integer, nullable=False),
        sa.Column("command_timeout_seconds", sa.Integer, nullable=False),
        sa.Column("strict_limits", sa.Boolean, nullable=False),
        schema="read",
    )
    op.create_table(
        "members",
        sa.Column("project_id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, primary_key=True, index=True),
        sa.Column("role", sa.Text, nullable=False),
        schema="read",
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False, index=True),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("next_step", sa.Text),
        sa.Column("worker_id", sa.Text),
        sa.Column("jail_driver", sa.Text),
        sa.Column("workspace_kind", sa.Text),
        sa.Column("base_commit", sa.Text),
        sa.Column("limits", postgresql.JSONB, nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("ready_at", UTC),
        sa.Column("ended_at", UTC),
        schema="read",
    )
    op.create_index(None, "sessions", ["project_id", "position"], schema="read")
    op.create_index(None, "sessions", ["state", "position"], schema="read")


def _commands() -> None:
    op.create_table(
        "commands",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("terminal_columns", sa.Integer),
        sa.Column("terminal_rows", sa.Integer),
        sa.Column("background", sa.Boolean, nullable=False),
        sa.Column("timeout_seconds", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("end_reason", sa.Text),
        sa.Column("exit_code", sa.Integer),
        sa.Column("signal", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("next_step", sa.Text),
        sa.Column("cancelling", sa.Boolean, nullable=False),
        sa.Column("requested_at", UTC, nullable=False),
        sa.Column("started_at", UTC),
        sa.Column("ended_at", UTC),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_by_user", sa.Uuid),
        sa.Column("worker_id", sa.Text),
        sa.Column("wall_ms", sa.BigInteger),
        sa.Column("cpu_ms", sa.BigInteger),
        sa.Column("peak_memory_bytes", sa.BigInteger),
        sa.Column("output_bytes", sa.BigInteger),
        sa.Column("output_sha256", sa.Text),
        sa.Column("tree_before", sa.Text),
        sa.Column("tree_after", sa.Text),
        sa.Column("files_changed", postgresql.JSONB, nullable=False),
        sa.Column("files_changed_total", sa.Integer, nullable=False),
        schema="read",
    )
    op.create_index(None, "commands", ["session_id", "position"], schema="read")


def _identity() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("registered_at", UTC, nullable=False),
        schema="read",
    )
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        schema="read",
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scopes", postgresql.JSONB, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("expires_at", UTC),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        schema="read",
    )
    op.create_index(None, "tokens", ["user_id", "position"], schema="read")


def _audit_trail() -> None:
    op.create_table(
        "audit_trail",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", UTC, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("session_id", sa.Uuid),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        schema="read",
    )
    for column, where in (
        ("project_id", "project_id IS NOT NULL"),
        ("session_id", "session_id IS NOT NULL"),
        ("subject_id", "session_id IS NULL"),
    ):
        op.create_index(None, "audit_trail", [column, "position"], schema="read", postgresql_where=sa.text(where))
