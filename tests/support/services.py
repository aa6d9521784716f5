"""Real PostgreSQL and NATS servers for tests, one of each per test process, that end when that process does."""

import importlib
import inspect
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

from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.host.postgres import APP, PROJECTOR, EmbeddedPostgres, PostgresUrls, create_database

SCHEMAS = ("quarterdeck.adapters.postgres.schema", "quarterdeck_projections.schema")
"""Modules whose `install(owner_url)` makes the tables; one that is not there makes none."""

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
    folder = Path(tempfile.mkdtemp(prefix="qdt-", dir=memory if roomy else None))
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
    urls = postgres.urls()
    for name in SCHEMAS:
        _install(name, urls.owner)
    return "quarterdeck"


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


@contextmanager
def _fresh(postgres: EmbeddedPostgres, template: str) -> Generator[Database]:
    name = f"test_{uuid.uuid4().hex}"
    urls: PostgresUrls = postgres.urls(name)
    with psycopg.connect(postgres.urls("postgres").admin, autocommit=True) as connection:
        create_database(connection, name, template)
        try:
            yield Database(name, urls.owner, urls.app, urls.projector, urls.admin)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _install(name: str, owner_url: str) -> None:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        return
    offered = {"owner_url": owner_url, "app_role": APP, "projector_role": PROJECTOR}
    module.install(**{name: offered[name] for name in inspect.signature(module.install).parameters if name in offered})
