"""The product for all tests of this package, as root and as an ordinary user where root runs the tests.

It ends with them, and not with the run: what waits for work computes, too.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.support.docker_daemon import OwnDaemon
from tests.support.house import free_port
from tests.support.product import Product, accounts, product_for

from quarterdeck.host.accounts import current

ACCOUNTS = accounts()
OWN = "own_product"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As both, but a module whose subject is the same for either names the one that it runs as.

    Tests that share a product run in one process, those that break theirs in another, those of the web client in one
    more, so that none is the last to end by far. A process that is given its tests one by one takes the next while it
    has still two to do.
    """
    if "account" in metafunc.fixturenames:
        named = metafunc.definition.get_closest_marker("account")
        chosen = [name for name in ACCOUNTS if named is None or name in named.args] or list(ACCOUNTS)
        together = [pytest.param(name, marks=pytest.mark.xdist_group(_group(metafunc, name))) for name in chosen]
        metafunc.parametrize("account", together, scope="session")


def _group(metafunc: pytest.Metafunc, account: str) -> str:
    if OWN in metafunc.fixturenames:
        return OWN
    return f"{account} web" if metafunc.definition.path.parent.name == "web" else account


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def product(account: str) -> AsyncIterator[Product]:
    """A product that runs and has the project `deck`. It is shared: what a test changes, others find changed.

    It sends mail to a port where a test may listen.
    """
    mail = {"QD_SMTP_URL": f"smtp://127.0.0.1:{free_port()}?tls=none", "QD_MAIL_FROM": "quarterdeck@example.org"}
    with product_for(ACCOUNTS[account], mail) as made:
        made.prepare()
        await made.begin()
        yield made


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def own_product(account: str) -> AsyncIterator[Product]:
    """The same for tests that stop it and kill any part of it. Each leaves it running. Nothing of it was prepared."""
    with product_for(ACCOUNTS[account]) as made:
        await made.begin()
        yield made


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def docker_product(docker_daemon: OwnDaemon) -> AsyncIterator[Product]:
    """The same with Docker. Only root can start the tests' daemon, whose socket is root's."""
    with product_for(current(), {"QD_DOCKER_HOST": docker_daemon.address}) as made:
        made.prepare()
        await made.begin()
        yield made
