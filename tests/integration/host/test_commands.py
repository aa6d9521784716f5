"""The `quarterdeck` command as its own process: exit codes, messages, the background."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.house import STANDIN_UP, House, free_port
from tests.support.services import Database

from quarterdeck import __version__
from quarterdeck.host import detach
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.errors import HostError
from quarterdeck.host.launch import Launch, run
from quarterdeck.host.privileges import interpreter_needs

pytestmark = pytest.mark.xdist_group("up")


def quarterdeck(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QD_")}
    return subprocess.run(
        [sys.executable, "-m", "quarterdeck", *arguments],
        env={**kept, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_says_its_version() -> None:
    assert quarterdeck("--version").stdout == f"quarterdeck {__version__}\n"


def test_wrong_values_are_named_one_a_line_without_a_traceback() -> None:
    result = quarterdeck(
        "up", QD_PORT="70000", QD_LOG_LEVEL="loud", QD_DATABASE_URL="mysql://me:sesame@there/db", QD_DATA_DIR="/nowhere"
    )
    assert result.returncode == 2
    assert "quarterdeck: QD_PORT: input should be less than or equal to 65535." in result.stderr
    assert "quarterdeck: QD_LOG_LEVEL: input should be 'debug', 'info', 'warning' or 'error'." in result.stderr
    assert "quarterdeck: QD_DATABASE_URL: must start with postgresql:// or postgres://." in result.stderr
    assert "Traceback" not in result.stderr
    assert "sesame" not in result.stderr


def test_a_role_alone_needs_the_addresses_of_its_services() -> None:
    result = quarterdeck("serve", "gateway")
    assert result.returncode == 2
    assert "QD_DATABASE_URL: not set." in result.stderr
    assert "QD_NATS_URL: not set." in result.stderr


def test_an_unknown_role_is_refused_with_those_there_are() -> None:
    result = quarterdeck("serve", "captain")
    assert result.returncode == 2
    assert "worker, projector, conductor, gateway" in result.stderr


def test_where_nothing_runs_status_says_so_and_down_is_content(folder: Path) -> None:
    asked = quarterdeck("status", "--data-dir", str(folder))
    assert asked.returncode == 4
    assert "Start it with quarterdeck up." in asked.stderr
    stopped = quarterdeck("down", "--data-dir", str(folder))
    assert stopped.returncode == 0
    assert f"Quarterdeck does not run on {folder}." in stopped.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
@pytest.mark.parametrize(("command", "code"), [("status", 6), ("down", 6), ("doctor", 1)])
def test_somebody_elses_data_directory_is_refused_by_name(running: House, command: str, code: int) -> None:
    result = run(
        Launch(
            name="quarterdeck",
            argv=(sys.executable, "-P", "-m", "quarterdeck", command, "--data-dir", str(running.data)),
            environment={"COLUMNS": "400"},
            account=to_run_as(None),
            needs=interpreter_needs(),
        ),
        within=60,
    )
    assert result.returncode == code
    assert f"The data directory {running.data} belongs to another user." in result.stdout
    assert "Traceback" not in result.stdout


def test_migrating_needs_a_database(folder: Path) -> None:
    result = quarterdeck("migrate", QD_DATA_DIR=str(folder))
    assert result.returncode == 4


def test_a_token_for_the_first_login_can_be_made_where_the_database_is_elsewhere(
    database: Database, folder: Path
) -> None:
    result = quarterdeck("login-token", QD_DATABASE_URL=database.app_url, QD_DATA_DIR=str(folder / "data"))

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("qd_")
    assert not (folder / "data").exists()
    link = quarterdeck("login-link", QD_DATABASE_URL=database.app_url, QD_PUBLIC_URL="https://deck.example.org")
    assert link.stdout.startswith("https://deck.example.org/login#qd_")


def test_what_runs_can_be_asked_migrated_and_not_started_again(running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = quarterdeck("status", "--json", "--data-dir", str(running.data))
    found = json.loads(asked.stdout)
    assert running.process is not None
    assert (found["pid"], found["url"]) == (running.process.pid, f"http://127.0.0.1:{running.port}")
    assert {child["name"]: child["pid"] for child in found["children"]} == running.pids()

    migrated = quarterdeck("migrate", QD_DATA_DIR=str(running.data))
    assert (migrated.returncode, migrated.stderr) == (0, "The tables are up to date.\n")

    monkeypatch.setenv("QD_DATA_DIR", str(running.data))
    said: list[str] = []
    with pytest.raises(HostError, match="Quarterdeck runs already") as caught:
        detach.start((), running.out, said.append, command=(sys.executable, str(STANDIN_UP)))
    assert caught.value.exit_code == 3


def test_in_the_background_it_goes_on_until_it_is_told_to_stop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QD_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("QD_PORT", str(free_port()))
    said: list[str] = []
    token = detach.start((), folder / "up.log", said.append, command=(sys.executable, str(STANDIN_UP)))
    try:
        assert token == "qd_stand_in"
        assert any(line.startswith("PostgreSQL and NATS: ready") for line in said)
        assert quarterdeck("status", "--data-dir", str(folder / "data")).returncode == 0
    finally:
        stopped = quarterdeck("down", "--data-dir", str(folder / "data"))
    assert stopped.returncode == 0
    assert stopped.stderr.startswith("Stopped (pid ")
