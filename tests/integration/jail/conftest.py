"""A real jail per test."""

from collections.abc import AsyncIterator

import pytest
from tests.support.jails import Driver, Place, place, spec

from quarterdeck.jail.standing import StandingJail


@pytest.fixture(params=["bubblewrap", "docker"])
async def where(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    if request.param == "docker" and request.node.get_closest_marker("bubblewrap"):
        pytest.skip("this is about bubblewrap")
    daemon = request.getfixturevalue("docker_daemon").address if request.param == "docker" else ""
    async with place(daemon) as made:
        yield made


@pytest.fixture
async def driver(where: Place) -> AsyncIterator[Driver]:
    made = where.driver()
    yield made
    await made.close()


@pytest.fixture
async def jail(where: Place, driver: Driver) -> StandingJail:
    """Ended with its place."""
    return await driver.create(spec(where.workspace(), FROM_SESSION="yes"))
