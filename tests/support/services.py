"""Real PostgreSQL and NATS servers for tests, one of each per test process, that end when that process does."""

import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.support import memory
from tests.support.prepared import new_postgres, prepare_postgres

from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.database import DATABASE, create_database
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.host.postgres import EmbeddedPostgres


@dataclass(frozen=True)
class Database:
    """Connection strings of one database, by role. `admin_url` is the superuser's."""

    name: str
    owner_url: str
    app_url: str
    projector_url: str
    admin_url: str


@contextmanager
def service_folder() -> Generator[Path]:
    """A folder that other users may pass through, in memory where there is room."""
    with memory.folder(0o711) as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The test process's PostgreSQL server."""
    with service_folder() as folder:
        server = new_postgres(folder)
        prepare_postgres(server.folder)
        server.start()
        try:
            _warm_up(server)
            yield server
        finally:
            server.stop()


def _warm_up(server: EmbeddedPostgres) -> None:
    """The first connection after a start notes in the database's folder what the system tables are like: each copy has
    that, and need not find it out again.
    """
    psycopg.connect(server.urls(DATABASE).app).close()


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh database with all our tables, for one test."""
    with _fresh(postgres, DATABASE) as fresh:
        yield fresh


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh database with nothing in it, for one test."""
    with _fresh(postgres, "template0") as fresh:
        yield fresh


@pytest.fixture(scope="session")
def nats_server() -> Iterator[EmbeddedNats]:
    """The test process's NATS server, with JetStream."""
    with service_folder() as folder:
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700)
        server = EmbeddedNats(folder / "nats", secrets=secrets, account=to_run_as(None), log=folder / "nats.log")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def nats_url(nats_server: EmbeddedNats) -> str:
    """Its URL, with credentials."""
    return nats_server.url


@contextmanager
def _fresh(postgres: EmbeddedPostgres, template: str) -> Generator[Database]:
    name = f"test_{uuid.uuid4().hex}"
    urls = postgres.urls(name)
    with psycopg.connect(postgres.urls("postgres").admin, autocommit=True) as connection:
        # In memory, where a checkpoint costs nothing, this takes half of what it takes to log each page.
        create_database(connection, name, template, by="FILE_COPY")
        try:
            yield Database(name, urls.owner, urls.app, urls.projector, urls.admin)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
