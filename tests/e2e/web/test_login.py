"""The way into the web client, and out of it."""

import re

import pytest
from playwright.async_api import Browser, expect
from tests.support.browser import login_link, looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]


async def test_a_link_logs_in_once_and_leads_back_to_where_one_wanted(chromium: Browser, product: Product) -> None:
    context = await chromium.new_context(base_url=product.url)
    page = await context.new_page()
    await page.goto("/p/deck/sessions?show=all")
    await expect(page).to_have_url(re.compile(r"/login\?back="))
    await looks_right(page)

    link = await login_link(product)
    await page.get_by_label("Token").first.fill(link.partition("#")[2])
    await page.get_by_role("button", name="Log in").click()
    await expect(page).to_have_url(re.compile(r"/p/deck/sessions\?show=all$"))
    assert await page.evaluate("document.cookie") == ""
    assert "qd_" not in await page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")

    await page.get_by_role("button", name="Account and appearance").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await expect(page).to_have_url(re.compile("/login"))
    await page.wait_for_load_state()  # the same page but for what comes after its #: nothing else would be waited for

    await page.goto(link)
    await expect(page.get_by_role("alert")).to_contain_text("login-link")
    assert "#" not in page.url
    await context.close()
