"""The real TimescaleDB, as WebAssembly: one client at a time, INSERT instead of COPY."""

import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests.support import node

PACKAGE = Path(__file__).parents[1] / "timescale"


@contextmanager
def timescale(folder: Path) -> Generator[str]:
    """Installs it into `folder`, and gives the URL of a database that has the extension and an empty schema `read`."""
    node.install(PACKAGE, folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [node.program("node"), "server.mjs", str(port)],
        cwd=folder,
        env=node.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin
    assert server.stdout
    try:
        assert server.stdout.readline() == b"ready\n"
        url = f"postgresql://postgres:unused@127.0.0.1:{port}/postgres?sslmode=disable"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
            connection.execute("CREATE SCHEMA read")
            connection.execute("CREATE SCHEMA read_next")
        yield url
    finally:
        server.stdin.close()
        server.stdout.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
