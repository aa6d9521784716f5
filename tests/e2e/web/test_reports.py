"""Reports in the browser: set up, looked at in a frame that may do nothing, sent, changed and removed."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from tests.e2e.web.test_sessions import opened
from tests.support.browser import looks_right, show
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
INK, PAPER = "rgb(27, 33, 41)", "rgb(232, 235, 240)"
"""Of the report's title, on white and on dark."""


async def test_a_report_is_set_up_sent_changed_and_removed(page: Page, product: Product) -> None:
    await page.goto("/p/deck/reports")
    await page.get_by_role("button", name="Set up a report").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Harbour")
    await dialog.get_by_label("Time zone").fill("Europe/Ber")
    await page.get_by_role("option", name="Europe/Berlin").click()
    await dialog.get_by_label("Address 1").fill("mate@example.org")
    await dialog.get_by_label("As seen by 1").fill("nobody\u202e")
    await dialog.get_by_role("button", name="Another one").click()
    await dialog.get_by_label("Way 2").click()
    await page.get_by_role("option", name="Folder").click()
    await dialog.get_by_label("Address 2").fill("harbour")
    await looks_right(page)
    await dialog.get_by_role("button", name="Set up", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Name").fill("harbour")
    await dialog.get_by_role("button", name="Set up", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Nobody called")
    await expect(dialog.get_by_label("As seen by 1")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("As seen by 1").fill("")
    await dialog.get_by_role("button", name="Set up", exact=True).click()

    row = page.get_by_role("row").filter(has_text="harbour")
    await expect(row).to_contain_text("weekly from Monday, 08:00 Europe/Berlin")
    await row.get_by_role("link", name="harbour").click()
    await page.get_by_role("button", name="Send now").click()
    await dialog.get_by_role("button", name="Send", exact=True).click()
    sent = dialog.get_by_role("listitem").locator("div").filter(has_text="arrived")
    await expect(sent.filter(has_text="harbour").first).to_be_visible()
    await expect(dialog).to_contain_text("mate@example.org")
    await looks_right(page)
    await dialog.get_by_role("button", name="Close").last.click()
    assert [each for each in Path(product.data).glob("reports/harbour/*") if each.suffix == ".csv"]

    await page.get_by_role("button", name="Change").click()
    await dialog.get_by_label("How often").click()
    await page.get_by_role("option", name="Every month").click()
    await dialog.get_by_label("Address 1").fill("")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("monthly, 08:00 Europe/Berlin")).to_be_visible()
    shown = product.ask("report", "show", "harbour", "-p", "deck")
    assert [each["channel"] for each in shown["recipients"]] == ["FOLDER"]

    await page.get_by_role("button", name="Remove").click()
    await dialog.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    await expect(row).to_have_count(0)


async def test_a_report_is_looked_at_in_every_form_and_may_do_nothing(page: Page, product: Product) -> None:
    opened(product, "counted")
    await page.goto("/p/deck/reports/preview?every=DAILY&zone=UTC")
    frame = page.frame_locator("iframe")
    title = frame.get_by_role("heading", level=1)
    await expect(title).to_contain_text("Daily report: deck")
    for scheme, colour in (("light", INK), ("dark", PAPER)):
        await show(page, scheme)  # type: ignore[arg-type]
        await expect(title).to_have_css("color", colour)
    assert await page.locator("iframe").get_attribute("sandbox") == ""
    assert await page.evaluate("document.querySelector('iframe').contentDocument") is None
    await looks_right(page)

    await page.get_by_text("Text", exact=True).click()
    await expect(page.get_by_role("region", name="The report")).to_contain_text("Daily report: deck")
    await page.get_by_text("Tables", exact=True).click()
    await expect(
        page.get_by_role("region", name="totals.csv").get_by_role("cell", name="sessions_opened")
    ).to_be_visible()
    await looks_right(page)
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Save totals.csv").click()
    assert (await (await saving.value).path()).read_text().startswith("figure,value,before")

    await page.get_by_text("JSON", exact=True).click()
    await page.get_by_label("A day in the period").fill("2026-03-29")
    await expect(page.get_by_text("2026-03-29", exact=True)).to_be_visible()
    told = json.loads(await page.get_by_role("region", name="The report").inner_text())
    assert told["data"]["report"]["first"] == "2026-03-29"
    await page.go_back()
    await expect(page.get_by_text("2026-03-29", exact=True)).to_have_count(0)
