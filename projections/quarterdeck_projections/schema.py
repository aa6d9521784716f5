"""Installs the schema `read`: Alembic's migrations (`migrating`), then the grants. The log's schema comes first.

A server that starts again finds all up to date, and does without Alembic and the models: most of a second of imports.
"""

from importlib.resources import files

import psycopg
from psycopg import sql

from quarterdeck.domain.errors import InvalidInputError, UnavailableError
from quarterdeck_projections.names import NEXT_SCHEMA, SCHEMA

LOCK = 0x71645F72656164
"""`qd_read` in ASCII: the advisory lock of whoever installs."""

VERSIONS = files("quarterdeck_projections") / "migrations" / "versions"


def install(owner_url: str, app_role: str, projector_role: str) -> None:
    """Brings the schema up to date; safe to repeat, and from several processes at once.

    `owner_url` connects as the owner of the database and a member of `projector_role`, who will own the tables.
    """
    with _connect(owner_url) as connection:
        _prepare(connection, projector_role)
        current = _version(connection) == newest()
    if not current:
        from quarterdeck_projections.migrating import upgrade

        upgrade(lambda: _connect(owner_url), lambda connection: _prepare(connection, projector_role))
    with _connect(owner_url) as connection:
        _prepare(connection, projector_role)
        _grant(connection, app_role, projector_role)


def newest() -> str:
    """The last migration's revision, with which its file's name begins."""
    return max(file.name for file in VERSIONS.iterdir() if file.name[:4].isdigit())[:4]


def _connect(owner_url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(owner_url)
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"PostgreSQL does not let the owner in: {str(error).strip()}", "Check QD_DATABASE_OWNER_URL."
        ) from error


def _prepare(connection: psycopg.Connection, projector_role: str) -> None:
    """To the transaction's end nobody else installs, and what is made is the projector's."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    role = sql.Identifier(projector_role)
    try:
        for schema in (SCHEMA, NEXT_SCHEMA):
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(sql.Identifier(schema), role)
            )
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
    except psycopg.errors.UndefinedObject as error:
        raise InvalidInputError(
            f"There is no database role {projector_role!r}.",
            f'Create it: CREATE ROLE "{projector_role}" LOGIN PASSWORD ...',
        ) from error


def _version(connection: psycopg.Connection) -> str | None:
    """As Alembic notes it; None where it has noted none."""
    table = sql.Identifier(SCHEMA, "alembic_version")
    if connection.execute("SELECT to_regclass(%s)", (table.as_string(connection),)).fetchone() == (None,):
        return None
    noted = connection.execute(sql.SQL("SELECT version_num FROM {}").format(table)).fetchone()
    return str(noted[0]) if noted else None


def _grant(connection: psycopg.Connection, app_role: str, projector_role: str) -> None:
    """Reading, for what there is and for the tables that a rebuild will make."""
    app, read = sql.Identifier(app_role), sql.Identifier(SCHEMA)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(read, app))
    connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(read, app))
    if app_role == projector_role:
        return
    connection.execute(
        sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {}, {} GRANT SELECT ON TABLES TO {}").format(
            read, sql.Identifier(NEXT_SCHEMA), app
        )
    )
