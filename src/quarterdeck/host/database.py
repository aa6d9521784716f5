"""Roles, passwords and the database on an embedded PostgreSQL server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER, APP, PROJECTOR = "quarterdeck_owner", "quarterdeck_app", "quarterdeck_projector"
ROLES = (OWNER, APP, PROJECTOR)
DATABASE = "quarterdeck"
Strategy = Literal["WAL_LOG", "FILE_COPY"]


@dataclass(frozen=True)
class PostgresUrls:
    """Connection strings, with passwords in them: for 0600 files and for libpq, never for a log or an argument."""

    owner: str
    app: str
    projector: str
    admin: str
    """The superuser, by peer: works for the user that started the server only."""


def urls(sockets: Path, port: int, passwords: Mapping[str, str], database: str) -> PostgresUrls:
    place = f"@/{database}?host={quote(str(sockets), safe='')}&port={port}"

    def url(role: str) -> str:
        return f"postgresql://{role}:{quote(passwords[role], safe='')}{place}"

    return PostgresUrls(
        owner=url(OWNER), app=url(APP), projector=url(PROJECTOR), admin=f"postgresql://{SUPERUSER}{place}"
    )


def provision(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Makes roles and database where they are missing, and gives the roles these passwords."""
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=5) as connection:
        _make_roles(connection, passwords)
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            create_database(connection, DATABASE)


def create_database(
    connection: psycopg.Connection, name: str, template: str = "template0", *, by: Strategy = "WAL_LOG"
) -> None:
    """Makes a database that belongs to the owner role and that only our roles may enter, `by` that strategy."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template), sql.SQL(by)
        )
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    for role in (APP, PROJECTOR):
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role))
        )


def _make_roles(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        verb = "ALTER" if role in there else "CREATE"
        # Hashed here, so that the password itself is in no statement that the server could log.
        hashed = connection.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.Literal(hashed.decode())
            )
        )
    # So that migrations, which run as the owner, can make what belongs to the projector.
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(PROJECTOR), sql.Identifier(OWNER)))
