"""Installs the log's schema: numbered SQL files, each once, then the roles' grants."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg
from psycopg import sql

from quarterdeck.domain.errors import InvalidInputError, UnavailableError

LOCK = 0x71645F6C6F67
"""`qd_log` in ASCII: the advisory lock of whoever installs."""

SQL = files("quarterdeck.adapters.postgres") / "sql"


def install(owner_url: str, app_role: str, projector_role: str) -> None:
    """Brings the schema `log` up to date; safe to repeat, and from several processes at once.

    `owner_url` connects as the owner of everything; the two roles must exist (either may be the owner itself).
    """
    try:
        connection = psycopg.connect(owner_url, autocommit=True)
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"PostgreSQL does not let the owner in: {str(error).strip()}", "Check QD_DATABASE_OWNER_URL."
        ) from error
    with connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with connection.transaction():
            _migrate(connection)
            _grant(connection, "grants_app.sql", app_role)
            _grant(connection, "grants_projector.sql", projector_role)


def _migrate(connection: psycopg.Connection) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS log")
    connection.execute("SET LOCAL client_min_messages = warning")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS log.migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
    )
    done = {row[0] for row in connection.execute("SELECT name FROM log.migrations")}
    known = list(_migrations())
    if ahead := sorted(done - {file.name for file in known}):
        raise InvalidInputError(
            f"The database was written by a later release: it has {ahead[-1]}.", "Upgrade Quarterdeck."
        )
    for file in known:
        if file.name not in done:
            connection.execute(file.read_bytes())
            connection.execute("INSERT INTO log.migrations (name) VALUES (%s)", (file.name,))


def _migrations() -> Iterator[Traversable]:
    return iter(sorted((f for f in SQL.iterdir() if f.name[:4].isdigit()), key=lambda file: file.name))


def _grant(connection: psycopg.Connection, name: str, role: str) -> None:
    statements = (SQL / name).read_text().replace("{role}", sql.Identifier(role).as_string(connection))
    try:
        connection.execute(statements.encode())
    except psycopg.errors.UndefinedObject as error:
        raise InvalidInputError(
            f"There is no database role {role!r}.", f'Create it: CREATE ROLE "{role}" LOGIN PASSWORD ...'
        ) from error
