"""The schema's migrations, run by Alembic."""

from collections.abc import Callable
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine

from quarterdeck_projections.tables import METADATA, SCHEMA


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


def upgrade(connect: Callable[[], psycopg.Connection], prepare: Callable[[psycopg.Connection], None]) -> None:
    """Runs the migrations that have not been run, in a transaction that `prepare` begins with."""
    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        prepare(driver)
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's, for `command.upgrade`, `command.check` and `command.revision` on this connection."""
    config = Config()
    config.set_main_option("script_location", "quarterdeck_projections:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
