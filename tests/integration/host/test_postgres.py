"""The embedded PostgreSQL on its own: what it survives, and whom it lets in."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from tests.support.waiting import eventually

from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.database import APP
from quarterdeck.host.errors import ServiceError
from quarterdeck.host.launch import Launch, run
from quarterdeck.host.postgres import EmbeddedPostgres
from quarterdeck.host.privileges import interpreter_needs
from quarterdeck.host.reach import Need

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
Make = Callable[[], EmbeddedPostgres]


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """Servers on one folder, one after the other."""
    (folder / "secrets").mkdir(mode=0o700)
    made: list[EmbeddedPostgres] = []

    def one() -> EmbeddedPostgres:
        server = EmbeddedPostgres(
            folder / "postgres",
            sockets=folder / "sockets",
            secrets=folder / "secrets",
            account=to_run_as(None),
            log=folder / "postgres.log",
        )
        made.append(server)
        return server

    yield one
    for server in made:
        server.stop()


def test_what_was_committed_before_kill_9_is_there_afterwards(make: Make) -> None:
    server = make()
    with psycopg.connect(server.start().owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'this' AS word")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        server.stop()

    with psycopg.connect(make().start().owner) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("this",)


def test_a_server_left_over_is_ended_and_its_data_taken_over(make: Make) -> None:
    left = make()
    left.start()
    assert left.pid is not None
    old = psutil.Process(left.pid)

    server = make()
    server.start()
    assert server.pid != old.pid
    assert not alive(old)


async def test_it_ends_when_the_process_that_started_it_is_killed(folder: Path) -> None:
    (folder / "secrets").mkdir(mode=0o700)
    server, children = started_by_a_process_that_is_killed(folder)
    assert children
    await eventually(lambda: not [process for process in (server, *children) if alive(process)])


STARTER = """
import sys, time
from pathlib import Path
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.postgres import EmbeddedPostgres
folder = Path(sys.argv[1])
server = EmbeddedPostgres(folder / "postgres", sockets=folder / "run", secrets=folder / "secrets",
                          account=to_run_as(None))
server.start()
print(server.pid, flush=True)
time.sleep(300)
"""


def started_by_a_process_that_is_killed(folder: Path) -> tuple[psutil.Process, list[psutil.Process]]:
    with subprocess.Popen([sys.executable, "-c", STARTER, str(folder)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        server = psutil.Process(int(starter.stdout.readline()))
        children = server.children(recursive=True)
        starter.kill()
    return server, children


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        # it went between the two questions
        return False


def test_it_stops_within_five_seconds_with_a_client_connected(make: Make) -> None:
    server = make()
    with psycopg.connect(server.start().owner):
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 5


def test_passwords_and_folders_stay_private_and_last(make: Make, folder: Path) -> None:
    server = make()
    urls = server.start()
    assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "sockets").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secrets" / "postgres.json").stat().st_mode) == 0o600
    server.stop()
    assert make().start() == urls


def test_a_connection_hashes_its_password_once_also_where_it_was_kept_for_thousands_of_times(make: Make) -> None:
    kept = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"
    server = make()
    with psycopg.connect(server.start().admin, autocommit=True) as connection:
        connection.execute("SET scram_iterations = 4096")
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD 'older'").format(sql.Identifier(APP)))
        assert str(connection.execute(kept, (APP,)).fetchone()).startswith("('SCRAM-SHA-256$4096:")
    server.stop()

    urls = make().start()
    with psycopg.connect(urls.admin) as connection:
        assert str(connection.execute(kept, (APP,)).fetchone()).startswith("('SCRAM-SHA-256$1:")
    with psycopg.connect(urls.app) as connection:
        assert connection.info.user == APP


def test_nothing_listens_on_the_network(make: Make) -> None:
    server = make()
    server.start()
    assert server.pid is not None
    # Sockets are the postmaster's; its children come and go.
    assert psutil.Process(server.pid).net_connections(kind="inet") == []


@as_root
def test_as_root_the_servers_own_user_cannot_become_superuser(make: Make, folder: Path) -> None:
    server = make()
    server.start()
    script = f"import psycopg; psycopg.connect({server.urls().admin!r})"
    result = run(
        Launch(
            name="python",
            argv=(sys.executable, "-P", "-c", script),
            account=to_run_as(None),
            needs=(*interpreter_needs(), Need(folder)),
        ),
        within=30,
    )
    assert result.returncode != 0
    assert "Peer authentication failed" in result.stdout


def test_data_of_another_major_version_is_refused_by_name(make: Make, folder: Path) -> None:
    server = make()
    server.start()
    server.stop()
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(ServiceError, match="was made by PostgreSQL 15; this is 18") as caught:
        make().start()
    assert "pg_dump" in caught.value.next_step


def test_a_setting_it_cannot_read_is_said_with_the_log(make: Make, folder: Path) -> None:
    server = make()
    server.start()
    server.stop()
    (folder / "postgres" / "local.conf").write_text("shared_buffers = 'none'\n")
    with pytest.raises(ServiceError, match="shared_buffers"):
        make().start()
