"""Workers, read models, tokens and settings in the browser."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]


async def test_a_worker_is_checked_and_the_read_models_are_compared(page: Page) -> None:
    await page.goto("/workers")
    await page.get_by_role("button", name=re.compile("^Check ")).click()
    await expect(page.get_by_role("dialog")).to_contain_text("exactly those that the log has")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Compare with the log").click()
    await expect(page.get_by_text(re.compile("rows in .* are what the log gives"))).to_be_visible(timeout=60_000)
    await looks_right(page)


async def test_a_token_is_issued_shown_once_used_and_revoked(page: Page, product: Product) -> None:
    await page.goto("/tokens")
    await expect(page.get_by_role("table", name="Browsers")).to_contain_text("this one")
    await page.get_by_role("button", name="Issue a token").click()
    await page.get_by_label("Name").fill("<b>\u202eci</b>")
    await page.get_by_role("checkbox", name="task:read").check()
    await looks_right(page)
    await page.get_by_role("button", name="Issue", exact=True).click()
    secret = await page.get_by_role("dialog").locator("pre").inner_text()
    assert secret.startswith("qd_")
    await page.get_by_role("button", name="I have it").click()

    row = page.get_by_role("row").filter(has_text="<b>U+202Eci</b>")
    await expect(row).to_contain_text("good")
    listed = {each["name"]: each for each in product.ask("token", "list")}
    assert listed["<b>\u202eci</b>"]["scopes"] == ["task:read"]
    await row.get_by_role("button").last.click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(row).to_contain_text("revoked")
    assert secret not in await page.content()


async def test_times_are_told_as_one_likes_them(page: Page) -> None:
    await page.goto("/settings")
    await page.get_by_text("UTC", exact=True).click()
    await looks_right(page)
    await page.goto("/projects")
    row = page.get_by_role("row").filter(has=page.get_by_text("deck", exact=True))
    await expect(row.get_by_role("time")).to_have_text(re.compile("UTC$"))
    await page.evaluate("localStorage.removeItem('qd-preferences')")
