"""A real jail per test."""

from collections.abc import AsyncIterator

import pytest
from tests.support.jails import Place, place, spec

from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.standing import StandingJail


@pytest.fixture
async def where() -> AsyncIterator[Place]:
    async with place() as made:
        yield made


@pytest.fixture
async def driver(where: Place) -> AsyncIterator[BubblewrapDriver]:
    made = where.driver()
    yield made
    await made.close()


@pytest.fixture
async def jail(where: Place, driver: BubblewrapDriver) -> StandingJail:
    """Ended with its place."""
    return await driver.create(spec(where.workspace(), FROM_SESSION="yes"))
