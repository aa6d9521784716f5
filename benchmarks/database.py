"""A PostgreSQL of the benchmarks' own, on a real disk, with our tables; and its pgbench."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from quarterdeck.adapters.postgres import schema
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.binaries import postgres_for
from quarterdeck.host.database import APP, PROJECTOR, PostgresUrls
from quarterdeck.host.postgres import EmbeddedPostgres


@dataclass(frozen=True)
class Disk:
    """A server whose data lie on disk, so that a commit costs what it does."""

    urls: PostgresUrls
    programs: Path

    def pgbench(self, script: str, clients: int, seconds: int) -> float:
        """Transactions per second of `script`, prepared, as pgbench's own clients do it."""
        known = conninfo_to_dict(self.urls.app)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            printed = subprocess.run(
                [
                    str(self.programs / "pgbench"),
                    *("--no-vacuum", "--protocol=prepared", f"--file={file.name}"),
                    *(f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={seconds}"),
                    *("-h", str(known["host"]), "-p", str(known["port"]), "-U", str(known["user"])),
                    str(known["dbname"]),
                ],
                env={**os.environ, "PGPASSWORD": str(known["password"])},
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        return next(float(line.split()[2]) for line in printed.splitlines() if line.startswith("tps = "))


@contextmanager
def disk() -> Generator[Disk]:
    """Starts it, with the log's tables; stops and removes it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="qd-bench-"))
    folder.chmod(0o711)
    (folder / "secrets").mkdir(mode=0o700)
    account = to_run_as(None)
    server = EmbeddedPostgres(
        folder / "postgres", sockets=folder / "s", secrets=folder / "secrets", account=account, log=folder / "log"
    )
    try:
        urls = server.start()
        schema.install(urls.owner, APP, PROJECTOR)
        yield Disk(urls, postgres_for(account, folder / "bin") / "bin")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())
