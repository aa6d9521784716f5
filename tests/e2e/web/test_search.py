"""Searching in the browser, from the palette to the line itself."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.e2e.web.test_sessions import opened
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
PRINTED = "seq 1 60000; printf '\\033[31mkraken\\033[0m <sighted> at\u202e dawn 🎉 kraken\\nKRAKEN too\\n'; seq 1 60000"


async def test_what_was_printed_is_found_and_led_to(page: Page, product: Product) -> None:
    session = opened(product, "sea monsters")
    product.qd("run", "-s", session, "--", PRINTED)
    await page.goto("/p/deck")
    await page.get_by_role("heading", name="deck", level=1).wait_for()
    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox", name=re.compile("search")).fill('"kraken sighted"')
    await page.get_by_role("dialog").get_by_text("Search for").click()

    found = page.get_by_role("list", name="Found")
    line = found.get_by_role("link", name=re.compile("^Output at"))
    await expect(line.locator("mark")).to_have_text(["kraken <sighted"])
    await expect(line).to_contain_text("<sighted> atU+202E dawn 🎉 kraken")
    await looks_right(page)

    await page.get_by_label("Search commands and their output").fill("kraken")
    await page.keyboard.press("Enter")
    await page.get_by_text("Output", exact=True).click()
    await expect(found.locator("[data-hit]")).to_have_count(2)
    await expect(found.locator("mark")).to_have_text(["kraken", "kraken", "KRAKEN"])
    assert "kinds=output" in page.url

    await page.get_by_label("Search commands and their output").press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    output = page.get_by_role("log", name="Output")
    await expect(output.locator("[data-found=true]")).to_contain_text("KRAKEN too")
    await expect(output.locator("[data-found=true]")).to_be_in_viewport()
    await page.get_by_role("button", name="Show what follows").click()
    await expect(page.get_by_text("Complete", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile("The first .* KiB are not shown"))).to_be_visible()
    await page.go_back()
    await expect(found.locator("[data-hit]")).to_have_count(2)


async def test_a_session_is_searched_with_what_has_come_since(page: Page, product: Product) -> None:
    session = opened(product, "quiet waters")
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("navigation", name="More of this session").get_by_role("link", name="Search").click()
    await expect(page.get_by_text("in quiet waters")).to_be_visible()
    await page.get_by_label("Search commands and their output").fill("nar*")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing was found")).to_be_visible()
    await expect(page.get_by_text(f"qd search -s {session} 'nar*'")).to_be_visible()
    await looks_right(page)

    product.qd("run", "-s", session, "--", "echo narwhal")
    await page.get_by_role("button", name="More was run since: search again").click()
    await expect(page.locator("[data-hit] mark").first).to_have_text("narwhal")

    await page.get_by_label("Search commands and their output").fill("na*")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("3")
    await page.get_by_role("button", name="Search all sessions").click()
    assert "session=" not in page.url
