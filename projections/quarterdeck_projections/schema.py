"""Installs the schema `read`: Alembic's migrations, then the grants. The log's schema comes first."""

from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import Connection, NullPool, create_engine, text

from quarterdeck.domain.errors import InvalidInputError, UnavailableError
from quarterdeck_projections.tables import METADATA, NEXT_SCHEMA, SCHEMA

LOCK = 0x71645F72656164
"""`qd_read` in ASCII: the advisory lock of whoever installs."""


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Facts of usage are made by `sql/usage.sql`, of the kind that the database can have."""
    match kind:
        case "schema":
            return name == SCHEMA
        case "table":
            return not (name or "").startswith("usage_")
        case _:
            return True


COMPARE: dict[str, Any] = {
    "target_metadata": METADATA,
    "include_schemas": True,
    "include_name": _ours,
    "version_table_schema": SCHEMA,
}


def install(owner_url: str, app_role: str, projector_role: str) -> None:
    """Brings the schema up to date; safe to repeat, and from several processes at once.

    `owner_url` connects as the owner of the database and a member of `projector_role`, who will own the tables.
    """
    engine = create_engine("postgresql+psycopg://", creator=lambda: _connect(owner_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        _take_role(connection, projector_role)
        command.upgrade(configuration(connection), "head")
        _grant(connection, app_role, projector_role)


def configuration(connection: Connection) -> Config:
    """Alembic's, for `command.upgrade`, `command.check` and `command.revision` on this connection."""
    config = Config()
    config.set_main_option("script_location", "quarterdeck_projections:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _connect(owner_url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(owner_url)
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"PostgreSQL does not let the owner in: {str(error).strip()}", "Check QD_DATABASE_OWNER_URL."
        ) from error


def _take_role(connection: Connection, projector_role: str) -> None:
    role = sql.Identifier(projector_role)
    try:
        for schema in (SCHEMA, NEXT_SCHEMA):
            _execute(
                connection,
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(sql.Identifier(schema), role),
            )
        _execute(connection, sql.SQL("SET LOCAL ROLE {}").format(role))
    except psycopg.errors.UndefinedObject as error:
        raise InvalidInputError(
            f"There is no database role {projector_role!r}.",
            f'Create it: CREATE ROLE "{projector_role}" LOGIN PASSWORD ...',
        ) from error


def _grant(connection: Connection, app_role: str, projector_role: str) -> None:
    """Reading, for what there is and for the tables that a rebuild will make."""
    app = sql.Identifier(app_role)
    _execute(connection, sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), app))
    _execute(connection, sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), app))
    if app_role == projector_role:
        return
    _execute(
        connection,
        sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {}, {} GRANT SELECT ON TABLES TO {}").format(
            sql.Identifier(SCHEMA), sql.Identifier(NEXT_SCHEMA), app
        ),
    )


def _execute(connection: Connection, statement: sql.Composed) -> None:
    """Past SQLAlchemy, whose texts take no identifiers."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    driver.execute(statement)
