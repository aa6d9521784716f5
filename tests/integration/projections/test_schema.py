"""The schema of the read models."""

import subprocess
import sys

import psycopg
import pytest
from alembic.util import CommandError
from tests.support.projecting import check_migrations
from tests.support.services import Database

from quarterdeck.adapters.postgres import schema as log_schema
from quarterdeck.domain.errors import InvalidInputError, UnavailableError
from quarterdeck_projections import schema

AGAIN = """
import sys
from quarterdeck_projections import schema
schema.install(*sys.argv[1:])
assert not {"alembic", "sqlalchemy"} & sys.modules.keys()
"""


def test_the_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    check_migrations(database)


def test_installing_twice_changes_nothing(database: Database) -> None:
    schema.install(database.owner_url, "quarterdeck_app", "quarterdeck_projector")
    schema.install(database.owner_url, "quarterdeck_app", "quarterdeck_projector")


def test_what_is_up_to_date_is_installed_again_without_what_makes_it(database: Database) -> None:
    roles = ("quarterdeck_app", "quarterdeck_projector")
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("REVOKE SELECT ON ALL TABLES IN SCHEMA read FROM quarterdeck_app")

    subprocess.run([sys.executable, "-P", "-c", AGAIN, database.owner_url, *roles], check=True)

    with psycopg.connect(database.app_url) as connection:
        assert connection.execute("SELECT count(*) FROM read.sessions").fetchone() == (0,)


def test_what_another_release_has_made_is_not_taken_for_up_to_date(database: Database) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("UPDATE read.alembic_version SET version_num = '9999'")

    with pytest.raises(CommandError, match="Can't locate revision identified by '9999'"):
        schema.install(database.owner_url, "quarterdeck_app", "quarterdeck_projector")


def test_the_newest_migration_is_the_one_that_alembic_ends_with(database: Database) -> None:
    with psycopg.connect(database.owner_url) as connection:
        assert connection.execute("SELECT version_num FROM read.alembic_version").fetchall() == [(schema.newest(),)]


def test_one_role_may_do_everything(empty_database: Database) -> None:
    log_schema.install(empty_database.owner_url, "quarterdeck_owner", "quarterdeck_owner")
    schema.install(empty_database.owner_url, "quarterdeck_owner", "quarterdeck_owner")

    with psycopg.connect(empty_database.owner_url) as connection:
        assert connection.execute("SELECT count(*) FROM read.sessions").fetchone() == (0,)


def test_the_application_reads_and_cannot_write(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        assert connection.execute("SELECT count(*) FROM read.sessions").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM read.sessions")


def test_a_role_that_does_not_exist_is_named(empty_database: Database) -> None:
    with pytest.raises(InvalidInputError, match="no database role 'nobody here'"):
        schema.install(empty_database.owner_url, "quarterdeck_app", "nobody here")


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(UnavailableError, match="does not let the owner in"):
        schema.install("postgresql://nobody@127.0.0.1:1/none", "quarterdeck_app", "quarterdeck_projector")
