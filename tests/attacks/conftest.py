"""One ground per driver and test module, and the host's own services beside it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.attacks.ground import DRIVERS, IN_GVISOR, Ground, ground
from tests.attacks.script import Script
from tests.support.docker_daemon import daemon_of
from tests.support.gateway import running

from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.host.postgres import PORT, EmbeddedPostgres


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(postgres: EmbeddedPostgres, nats_server: EmbeddedNats) -> AsyncIterator[dict[str, str]]:
    """Where PostgreSQL, NATS and a gateway listen."""
    async with running() as gateway:
        yield {
            "POSTGRES_SOCKET": str(Path(postgres.sockets) / f".s.PGSQL.{PORT}"),
            "NATS_PORT": str(nats_server.port),
            "GATEWAY_PORT": gateway.host.rpartition(":")[2],
        }


ALL_IN_GVISOR = "QD_TEST_GVISOR"
"""Some kinds of attacks are tried in gVisor where nobody sets it. `python -m tests.attacks` does."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest as one test comes first: it is begun while there is other work to do beside it."""
    items.sort(key=lambda item: item.path.stem != "test_ordinary_user")
    if ALL_IN_GVISOR not in os.environ:
        for item in items:
            if _is_left_out(item):
                item.add_marker(pytest.mark.skip(f"set {ALL_IN_GVISOR} to try it in gVisor as well"))


def _is_left_out(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return False
    script = item.callspec.params.get("script")
    tried = isinstance(script, Script) and script.kind in IN_GVISOR
    return item.callspec.params.get("field") == "gvisor" and not tried


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In every driver, but a control, which runs in none. Tests that share a ground run in one process."""
    if "field" in metafunc.fixturenames:
        module = metafunc.definition.path.stem
        drivers = DRIVERS[:1] if metafunc.definition.get_closest_marker("control") else DRIVERS
        together = [pytest.param(name, marks=pytest.mark.xdist_group(f"{module} {name}")) for name in drivers]
        metafunc.parametrize("field", together, indirect=True, scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def field(request: pytest.FixtureRequest, services: dict[str, str]) -> AsyncIterator[Ground]:
    async with ground(request.param, services, daemon_of(request, request.param)) as made:
        yield made
