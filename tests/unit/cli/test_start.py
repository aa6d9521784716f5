"""What a call of `qd` imports: each call is a process of its own, and imports are most of its time."""

import subprocess
import sys

import pytest

CONNECTING = {"aiohttp", "gql", "graphql", "websockets"}
SHOWING = {"pygments", "rich"}
SERVER = {
    "alembic",
    "eventsourcing",
    "nats",
    "psycopg",
    "pydantic_settings",
    "quarterdeck_projections",
    "quarterdeck_schema",
    "sqlalchemy",
    "sqlmodel",
    "starlette",
    "strawberry",
    "uvicorn",
}
TRACING = {"opentelemetry", "google.protobuf", "requests"}
LATER = {"keyring", "prompt_toolkit", "quarterdeck.application", "quarterdeck.domain"}

CALL = """
import sys
sys.argv = ["qd", *{words!r}]
from quarterdeck_cli.__main__ import main
try:
    main()
except SystemExit as leaving:
    assert not leaving.code
"""


def imported_by(code: str) -> set[str]:
    """The modules in memory after a fresh interpreter has run `code`."""
    show = "import sys\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["run", "--help"], ["audit", "--help"]])
def test_what_needs_no_server_imports_nothing_to_talk_to_one(words: list[str]) -> None:
    assert imported_by(CALL.format(words=words)) & (CONNECTING | SHOWING | SERVER | TRACING | LATER) == set()


def test_queries_and_mutations_leave_sockets_alone() -> None:
    imported = imported_by("import quarterdeck_cli.transport.http")

    assert "aiohttp" in imported
    assert imported & (TRACING | {"websockets"}) == set()


def test_checking_the_log_imports_the_checks_and_nothing_else_of_the_server() -> None:
    imported = imported_by("import quarterdeck.audit.over_api")

    assert "quarterdeck.audit.verify" in imported
    assert imported & SERVER == set()
