"""One product for all tests of a module, run as root and as an ordinary user where root runs the tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from tests.support.product import Product, accounts, product_for

ACCOUNTS = accounts()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a product run in one process."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent.name == "e2e":
            who = item.callspec.params.get("account", "") if hasattr(item, "callspec") else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{who}"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As both, but a module whose subject is the same for either names the one that it runs as."""
    if "account" in metafunc.fixturenames:
        named = metafunc.definition.get_closest_marker("account")
        chosen = [name for name in ACCOUNTS if named is None or name in named.args]
        metafunc.parametrize("account", chosen or list(ACCOUNTS), scope="module")


@pytest.fixture(scope="module")
def stopped_product(account: str) -> Iterator[Product]:
    with product_for(ACCOUNTS[account]) as product:
        yield product


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(stopped_product: Product) -> AsyncIterator[Product]:
    """A product that runs and has the project `deck`."""
    stopped_product.start()
    await stopped_product.ready()
    stopped_product.project()
    yield stopped_product
