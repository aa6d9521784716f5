"""The file: readable by its user alone, shared by any number of calls of `qd` at once."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

CACHE_VERSION = 2
"""Of the tables that are a cache: with another, they are thrown away. Kept in the file's `user_version`."""
BUSY_SECONDS = 5.0
GLANCE_SECONDS = 0.2


def opened(path: Path) -> sqlite3.Connection:
    """In autocommit; made where it is not there yet. Raises sqlite3.Error or OSError."""
    if not path.exists():
        _create(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        if _version(connection) != CACHE_VERSION:
            _lay_out(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection | None]:
    """None where there is no file, or one of another release. Neither makes it nor waits for long: a Tab reads so."""
    if not path.exists():
        yield None
        return
    # quoted, since `?` and `#` in a path would be read as more than a path
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", timeout=GLANCE_SECONDS, uri=True)
    try:
        yield connection if _version(connection) == CACHE_VERSION else None
    finally:
        connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Waits for other writers first, so that what is read in it stays so."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def _create(path: Path) -> None:
    """SQLite gives the files beside it the mode of this one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _lay_out(connection: sqlite3.Connection) -> None:
    """Of several calls at once, one does it. What waits to be sent is never thrown away."""
    from quarterdeck_cli.offline.tables import CACHE, statements

    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        if _version(connection) == CACHE_VERSION:
            return
        for table in CACHE:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in statements():
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {CACHE_VERSION}")
