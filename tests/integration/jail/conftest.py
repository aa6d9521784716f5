"""A real jail per test, or one for all tests of a module that spoil nothing (`shared_jail`, `emptied_jail`).

One that Docker makes costs half a second of a processor.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.support.jails import Driver, Place, Standing, place, run, spec, standing_jail

from quarterdeck.jail.limits import JailLimits
from quarterdeck.jail.shim.changes import SHELL, encode
from quarterdeck.jail.standing import StandingJail


@pytest.fixture(params=["bubblewrap", "docker"])
async def where(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    if request.param == "docker" and "bubblewrap" in request.keywords:
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


@pytest.fixture(scope="module")
def standing_limits() -> JailLimits | None:
    """Of the standing jail: a module may have its own."""
    return None


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"standing {name}")) for name in ("bubblewrap", "docker")],
)
def standing(request: pytest.FixtureRequest, standing_limits: JailLimits | None) -> Iterator[Standing]:
    daemon = request.getfixturevalue("docker_daemon").address if request.param == "docker" else ""
    with standing_jail(daemon, standing_limits) as made:
        yield made


@pytest.fixture
async def shared_jail(standing: Standing) -> AsyncIterator[StandingJail]:
    driver = standing.where.driver()
    jail = await driver.adopt(standing.session_id)
    assert jail
    yield jail
    await driver.close()


EMPTY = "cd /workspace; find . /tmp -mindepth 1 -type d -exec chmod u+rwx {} +; find . /tmp -mindepth 1 -delete"


@pytest.fixture
async def emptied_jail(shared_jail: StandingJail) -> StandingJail:
    """The same, but what tests before have left in it is gone: files, what their shells were like, processes."""
    emptied = await run(shared_jail, EMPTY)
    assert (emptied.text, emptied.errors) == ("", b"")
    await shared_jail.change_files(encode(SHELL, b""))
    assert await shared_jail.processes() == 0
    return shared_jail
