"""Real PostgreSQL and NATS servers for tests, one of each per test process, that end when that process does."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import quarterdeck.adapters.postgres.schema as log_schema
import quarterdeck_projections.schema as read_schema
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.database import APP, DATABASE, PROJECTOR, create_database
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.host.postgres import EmbeddedPostgres

PREFIX = "quarterdeck-test-"
ROOM_NEEDED = 2 * 1024**3


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
    """A folder that other users may pass through, in memory where there is room: an fsync then costs nothing."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_NEEDED
    _remove_those_of_dead_tests(memory)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=memory if roomy else None))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The test process's PostgreSQL server."""
    with service_folder() as folder:
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700)
        server = EmbeddedPostgres(
            folder / "postgres",
            sockets=folder / "sockets",
            secrets=secrets,
            account=to_run_as(None),
            log=folder / "postgres.log",
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def template_database(postgres: EmbeddedPostgres) -> str:
    """A database with all our tables, to copy from."""
    log_schema.install(postgres.urls().owner, APP, PROJECTOR)
    read_schema.install(postgres.urls().owner, APP, PROJECTOR)
    return DATABASE


@pytest.fixture
def database(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Database]:
    """A fresh database with all our tables, for one test."""
    with _fresh(postgres, template_database) as fresh:
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


def _remove_those_of_dead_tests(memory: Path) -> None:
    """Test processes that were killed leave theirs; the servers in them are gone already."""
    for folder in memory.glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


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
