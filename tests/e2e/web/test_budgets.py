"""Budgets in the browser: set, used up by calls that are told elsewhere, answered, changed and removed."""

import pytest
from playwright.async_api import Locator, Page, expect
from tests.e2e.web.test_sessions import uuid_of
from tests.support.browser import looks_right
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

TITLE = "Spend <b>a lot\u202e</b>"
SHOWN = "Spend <b>a lotU+202E</b>"


def spend(product: Product, session: str, response: str) -> None:
    """$3.30."""
    call = ("--provider", "anthropic", "--model", "claude-sonnet-4-5", "--response-id", response)
    sizes = ("--input-tokens", "400000", "--output-tokens", "40000")
    assert product.qd("usage", "record", "-p", "deck", "-s", session, *call, *sizes).returncode == 0


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label, exact=True).click()
    await page.get_by_role("option", name=option).first.click()


async def set_in_the_page(page: Page) -> Locator:
    """A dollar for the session, having been told what is wrong before."""
    await page.goto("/p/deck/budgets?set=true")
    form = page.get_by_role("dialog")
    await choose(page, "Covers", "a session")
    await form.get_by_label("Dollars").fill("one")
    await form.get_by_role("button", name="Set it").click()
    await expect(form).to_contain_text("Write dollars as 20 or 0.5")
    await expect(form).to_contain_text("Choose which.")
    await choose(page, "Which", SHOWN)
    await choose(page, "In", "in all")
    await form.get_by_label("Dollars").fill("1.00")
    await looks_right(page)
    await form.get_by_role("button", name="Set it").click()
    row = page.get_by_role("row").filter(has_text=SHOWN)
    await expect(row).to_contain_text("$0.00 of $1.00")
    return row


async def test_a_budget_is_used_up_asks_and_lets_its_session_go_on_when_it_is_raised(
    page: Page, product: Product
) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", TITLE)["id"]

    def state() -> str:
        return str(product.ask("session", "show", session)["state"])

    row = await set_in_the_page(page)
    spend(product, session, "web budget 1")
    await expect(row).to_contain_text("used up, asks")
    await expect(row).to_contain_text("330%")
    await looks_right(page)

    await page.get_by_role("alert").filter(has_text=SHOWN).get_by_role("link", name="Answer").click()
    waits = page.get_by_role("region", name="1 session waits for it")
    await expect(waits.get_by_role("link", name=SHOWN)).to_be_visible()
    await eventually(lambda: state() == "PAUSED", within=20)
    panel = page.get_by_role("region", name="Answer it")
    await panel.get_by_label("New limit in dollars").fill("3")
    await panel.get_by_role("button", name="Raise the limit").click()
    await expect(panel).to_contain_text("That much is spent already.")
    await looks_right(page)
    await panel.get_by_role("button", name="$6.60").click()
    await panel.get_by_label("Why").fill("it takes longer")
    await panel.get_by_role("button", name="Raise the limit").click()

    await expect(panel).to_have_count(0)
    await eventually(lambda: state() == "READY", within=20)
    await expect(page.get_by_label("Postings")).to_contain_text("Answered: raised: it takes longer")
    await expect(waits).to_have_count(0)

    own = page.url.partition("?")[0]
    [budget] = [each["id"] for each in product.ask("budget", "list", "-p", "deck") if uuid_of(each["id"]) in own]
    for other in (budget, uuid_of(budget)[-8:]):
        await page.goto(f"/p/deck/budgets/{other}")
        await expect(page).to_have_url(own)
    await page.goto("/p/deck/budgets/00000000")
    await expect(page.get_by_text("No budget has this id")).to_be_visible()
    await page.goto(own)
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await page.get_by_role("heading", name="Budgets", exact=True).wait_for()
    await expect(row).to_have_count(0)
    assert product.qd("session", "close", session).returncode == 0
