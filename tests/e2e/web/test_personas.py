"""Personas in the browser."""

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]


async def test_a_persona_is_defined_changed_and_retired(page: Page, product: Product) -> None:
    await page.goto("/p/deck/personas")
    await page.get_by_role("button", name="Define a persona").first.click()
    await page.get_by_role("textbox", name="Name").fill("reviewer")
    await page.get_by_label("What it is for").fill("<b>reads\u202e</b>")
    await page.get_by_label("Processors").fill("1.5")
    await page.get_by_label("A network list of its own").check()
    await looks_right(page)
    await page.get_by_role("button", name="Define", exact=True).click()

    row = page.get_by_role("row").filter(has_text="reviewer")
    await expect(row).to_contain_text("<b>readsU+202E</b>")
    await expect(row).to_contain_text("nowhere")
    persona = product.ask("persona", "show", "reviewer", "-p", "deck")
    assert (persona["limits"]["cpus"], persona["network"]) == (1.5, [])

    await page.get_by_role("button", name="Change reviewer").click()
    await page.get_by_label("Places that its sessions may connect to").fill("pypi.org\na.example:80")
    await page.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("2 places")
    await looks_right(page)

    await page.get_by_role("button", name="Retire reviewer").click()
    await page.get_by_role("dialog").get_by_role("button", name="Retire").click()
    await expect(row).to_have_count(0)
    await page.get_by_label("Retired ones too").check()
    await expect(row).to_contain_text("retired")
