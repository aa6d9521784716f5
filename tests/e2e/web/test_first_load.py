"""What the first page asks for, and when; what it shows meanwhile, and what comes after it."""

import asyncio
import json
import re
from collections import Counter

import pytest
from playwright.async_api import Page, Request, Route, expect
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

ENTRY = re.compile(r"/assets/index-[^/]+\.js$")
PALETTE = re.compile(r"/assets/PaletteDialog-[^/]+\.js$")


def operation(request: Request) -> str:
    body: dict[str, str] = json.loads(request.post_data or "{}")
    return body.get("operationName", "")


@pytest.mark.parametrize(
    ("address", "chunk", "heading"),
    [("/", "HomePage", "Home"), ("/p/deck/sessions", "SessionsPage", "Sessions"), ("/tokens/", "TokensPage", "Tokens")],
)
async def test_the_scripts_of_a_page_and_what_all_pages_ask_do_not_wait_for_the_frame(
    page: Page, address: str, chunk: str, heading: str
) -> None:
    let_on = asyncio.Event()
    asked: Counter[str] = Counter()

    async def hold(route: Route) -> None:
        await let_on.wait()
        await route.continue_()

    await page.route(ENTRY, hold)
    page.on("request", lambda each: asked.update([operation(each)] if each.url.endswith("/graphql") else []))
    async with (
        page.expect_request(re.compile(rf"/assets/{chunk}-")),
        page.expect_request(lambda each: each.url.endswith("/graphql") and operation(each) == "Viewer"),
        page.expect_request(lambda each: each.url.endswith("/graphql") and operation(each) == "Projects"),
    ):
        await page.goto(address, wait_until="commit")
    let_on.set()
    await expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert (asked["Viewer"], asked["Projects"]) == (1, 1)


@pytest.mark.parametrize("said", ["to the system", "to the web client"])
async def test_nothing_moves_while_a_page_is_waited_for_where_no_motion_is_wanted(page: Page, said: str) -> None:
    if said == "to the web client":
        await page.emulate_media(reduced_motion="no-preference")
        await page.add_init_script("""localStorage.setItem("qd-preferences", '{"motion":"none"}')""")
    let_on = asyncio.Event()

    async def hold(route: Route) -> None:
        if operation(route.request) == "Sessions":
            await let_on.wait()
        await route.continue_()

    await page.route("**/graphql", hold)
    await page.goto("/p/deck/sessions")
    skeletons = page.locator("main .mantine-Skeleton-root")
    await expect(skeletons.first).to_be_visible()
    await eventually(lambda: page.evaluate("document.getAnimations().length === 0"))
    assert await skeletons.count() > 0
    let_on.set()
    await expect(skeletons).to_have_count(0)
    await page.evaluate("localStorage.removeItem('qd-preferences')")


async def test_a_palette_that_is_opened_before_it_has_come_opens_and_gives_the_focus_back(page: Page) -> None:
    let_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await let_on.wait()
        await route.continue_()

    await page.route(PALETTE, hold)
    button = page.get_by_role("button", name="Search")
    # A browser that has nothing else to do asks for it before the click.
    async with page.expect_request(PALETTE):
        await page.goto("/projects")
        await button.click()
    await expect(button).to_be_focused()
    let_on.set()
    box = page.get_by_role("textbox", name=re.compile("paste an id"))
    await expect(box).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(button).to_be_focused()
