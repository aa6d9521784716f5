"""One browser for all tests, which is logged in once by a link, and pages that may not complain of anything."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page
from tests.support import browser
from tests.support.product import Product
from tests.support.waiting import until

from quarterdeck.web_client.errors import BuildError


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """The pages are there before the first test's time begins: a build takes a minute on a busy machine."""
    with suppress(BuildError):
        # the browser's fixture says why it cannot be built
        browser.build_pages()
    return (yield)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with browser.chromium(browser.SHARED_RENDERER) as started:
        yield started


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def logged_in(chromium: Browser, product: Product) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(
        base_url=product.url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    await browser.log_in(context, product)
    await _keep_renderer(context)
    yield context
    await context.close()


async def _keep_renderer(context: BrowserContext) -> None:
    """A process ends with the last page that it shows: this one stays, and computes nothing."""
    page = await context.new_page()
    await page.goto("/healthz")


@pytest_asyncio.fixture(loop_scope="session")
async def page(logged_in: BrowserContext) -> AsyncIterator[Page]:
    """Logged in. The test fails where it complained."""
    opened = await logged_in.new_page()
    complaints = browser.Complaints(opened)
    yield opened
    await opened.close()
    assert complaints.told == []


@pytest.fixture(autouse=True, scope="module")
def sessions_closed(product: Product) -> Iterator[None]:
    """A project has places for so many sessions: those that a module's tests leave open would keep others waiting.

    Their commands end with them, and would be what ended last for the next module's tests.
    """
    before = _open(product)
    yield
    for session in _open(product) - before:
        assert product.qd("session", "close", session).returncode == 0
    until(lambda: _open(product) <= before, within=30)


def _open(product: Product) -> set[str]:
    sessions = product.ask("session", "list", "-p", "deck")
    return {each["id"] for each in sessions if each["state"] not in {"CLOSED", "LOST", "FAILED"}}
