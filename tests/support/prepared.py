"""PostgreSQL's folder as a first start leaves it, with all tables: made once for all processes of a test run.

To make one takes a second and a half of a processor, to copy it a tenth of a second.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import psycopg
from tests.support.memory import PREFIX, place

import quarterdeck.adapters.postgres.schema as log_schema
import quarterdeck_projections.schema as read_schema
from quarterdeck.host.accounts import Account, to_run_as
from quarterdeck.host.database import APP, DATABASE, PROJECTOR
from quarterdeck.host.postgres import EmbeddedPostgres


def new_postgres(folder: Path) -> EmbeddedPostgres:
    """A server with all that is its own in this folder."""
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    return EmbeddedPostgres(
        folder / "postgres",
        sockets=folder / "sockets",
        secrets=secrets,
        account=to_run_as(None),
        log=folder / "postgres.log",
    )


def prepare_postgres(target: Path, account: Account | None = None) -> None:
    """Makes `target` one, for a server of this account. Whoever starts that gives it passwords of its own."""
    made, owner = _made(), account or to_run_as(None)
    subprocess.run(["cp", "-a", made, target], check=True)
    if owner.uid != made.stat().st_uid:
        subprocess.run(["chown", "-R", f"{owner.uid}:{owner.gid}", target], check=True)


def remove_prepared() -> None:
    """At the end of a run, by the process that began it."""
    shutil.rmtree(_folder(os.getpid()), ignore_errors=True)


def _made() -> Path:
    """By the first process that needs it."""
    folder = _folder(os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid())
    folder.mkdir(mode=0o711, exist_ok=True)
    made = folder / "postgres"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(folder / "making", made)
    return made


def _folder(run: int) -> Path:
    return place() / f"{PREFIX}{run}-prepared"


def _make(making: Path, made: Path) -> None:
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o711)
    server = new_postgres(making)
    urls = server.start()
    try:
        log_schema.install(urls.owner, APP, PROJECTOR)
        read_schema.install(urls.owner, APP, PROJECTOR)
        with psycopg.connect(server.urls(DATABASE).admin, autocommit=True) as connection:
            # an eighth of all files hold free space and what is visible: each copy of a database does without them
            connection.execute("VACUUM FULL")
    finally:
        server.stop()
    server.folder.rename(made)
