"""Projects in the browser, and the frame around every page."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]


async def test_a_project_is_added_shown_and_gone_to_by_its_name(page: Page, product: Product) -> None:
    path = product.repository("lighthouse")
    await page.goto("/projects")
    await page.get_by_role("button", name="Add a project").click()
    await page.get_by_label("Repository").fill(str(path / "nowhere"))
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("INVALID_INPUT")

    await page.get_by_label("Repository").fill(str(path))
    await page.get_by_role("button", name="Add", exact=True).click()

    await expect(page).to_have_url(re.compile("/p/lighthouse$"))
    await expect(page).to_have_title("lighthouse · Quarterdeck")
    await page.go_back()
    await expect(page.get_by_role("row", name="lighthouse")).to_contain_text(str(path))
    await looks_right(page)


async def test_a_session_that_is_opened_elsewhere_shows_by_itself(page: Page, product: Product) -> None:
    await page.goto("/p/deck/sessions")
    await expect(page.get_by_role("heading", name="Sessions")).to_be_visible()

    session = product.ask("session", "open", "-p", "deck", "--title", "from\x1b[31m a \u202eterminal")["id"]

    row = page.get_by_role("row", name=re.compile("terminal"))
    await expect(row).to_contain_text("ready")
    await expect(row).to_contain_text("U+202E")
    await expect(row).to_contain_text("\u241b[31m")
    await looks_right(page)
    assert product.qd("session", "close", session).returncode == 0
    await expect(row).to_have_count(0)


async def test_the_keyboard_goes_everywhere(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page).to_have_url(re.compile("/projects$"))

    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox", name="Go to, do, search, or paste an id").fill("deck")
    await expect(page.get_by_role("dialog").get_by_role("button", name=re.compile("^deck"))).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await page.keyboard.press("Shift+?")
    await expect(page.get_by_role("dialog")).to_contain_text("Go to Projects")


async def test_an_address_that_names_nothing_says_so(page: Page) -> None:
    await page.goto("/p/atlantis")
    await expect(page.get_by_text("No project has this name or id")).to_be_visible()
    for address in ("/p/deck/nowhere", "/nowhere/at/all"):
        await page.goto(address)
        await expect(page.get_by_text("There is no such page")).to_be_visible()
        await expect(page.get_by_role("link", name="Workers")).to_be_visible()
    await looks_right(page)
