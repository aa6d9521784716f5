"""What each role imports: it is a process of its own, and keeps in memory what it has imported."""

import subprocess
import sys

import pytest

from quarterdeck.bootstrap.roles import ROLES as COMPOSED
from quarterdeck.host.reach import Need
from quarterdeck.host.roles import ROLES, web_client_needs
from quarterdeck.web_client.places import SOURCES

GATEWAY = {"quarterdeck.gateway", "quarterdeck_schema", "starlette", "strawberry", "uvicorn"}
WORKER = {"docker", "pygit2", "quarterdeck.jail.docker", "quarterdeck.worker"}
PROJECTOR = {"sqlalchemy", "sqlmodel"}
READS = {"quarterdeck_projections"}
CONDUCTOR = {"quarterdeck.conductor"}


def imported_by(code: str) -> set[str]:
    """The modules in memory after a fresh interpreter has run `code`."""
    show = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout.split())


def test_each_role_is_composed() -> None:
    assert set(COMPOSED) == set(ROLES)


def test_the_gateway_alone_reaches_theweb_client_needs_of_a_checkout() -> None:
    """Where a folder above the checkout is closed to its user, it sees what it needs and nothing else."""
    assert {role: web_client_needs(role) for role in ROLES} == {
        role: (Need(SOURCES),) if role == "gateway" else () for role in ROLES
    }


@pytest.mark.parametrize(
    ("role", "own", "of_others"),
    [
        ("gateway", GATEWAY | READS, WORKER | CONDUCTOR | PROJECTOR),
        ("worker", WORKER, GATEWAY | READS | PROJECTOR | CONDUCTOR),
        ("conductor", CONDUCTOR | READS, GATEWAY | PROJECTOR | WORKER),
        ("projector", PROJECTOR | READS, GATEWAY | WORKER | CONDUCTOR),
    ],
)
def test_a_role_imports_nothing_that_only_others_are_made_of(role: str, own: set[str], of_others: set[str]) -> None:
    imported = imported_by(f"from quarterdeck.bootstrap.roles import ROLES; ROLES[{role!r}]()")

    assert own - imported == set()
    assert imported & of_others == set()
    assert "opentelemetry" not in imported, "only where traces are asked for"


def test_the_command_itself_imports_neither_a_role_nor_the_events() -> None:
    """Stopping, asking what runs and supervising do without them, who took a third of its start."""
    imported = imported_by("import quarterdeck.__main__, quarterdeck.host.up")

    assert imported & (GATEWAY | WORKER | PROJECTOR | READS | CONDUCTOR | {"quarterdeck.domain.events"}) == set()
