"""Usage and prices in the browser: the same figures as `qd`, in pictures, tables and files."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
HOSTILE = "<b>own</b>"
MODELS = ("claude-sonnet-4-5", "gpt-5-mini", HOSTILE)
DAYS = 5


def calls() -> bytes:
    """Of three models, one of them without a price, over the last days."""
    noon = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    told = [
        {
            "provider": {"gpt-5-mini": "openai", HOSTILE: "local"}.get(model, "anthropic"),
            "model": model,
            "responseId": f"{model}-{day}",
            "inputTokens": 1000 * (day + 1),
            "cacheReadInputTokens": 100,
            "outputTokens": 70 + day,
            "persona": "fixer",
            "occurredAt": (noon - timedelta(days=day)).isoformat(),
        }
        for model in MODELS
        for day in range(DAYS)
    ]
    return b"\n".join(json.dumps(each).encode() for each in told)


def furnished(product: Product, name: str) -> str:
    """A project of its own, as others share the product."""
    product.ask("project", "add", str(product.repository(name)))
    return name


def own_time(page: Page) -> list[str]:
    asked = parse_qs(urlsplit(page.url).query)
    return [asked[name][0] for name in ("from", "to")]


async def cells(page: Page, table: str) -> list[list[str]]:
    rows = page.get_by_role("table", name=table, exact=True).get_by_role("row")
    return [await row.locator("th, td").all_inner_texts() for row in await rows.all()]


async def test_costs_are_those_of_qd_in_picture_table_and_file(page: Page, product: Product) -> None:
    deck = furnished(product, "measured")
    await page.goto(f"/p/{deck}/usage")
    await expect(page.get_by_text("Nothing was used in this time")).to_be_visible()
    await looks_right(page)

    # told of while the page is open: it comes without a reload
    assert product.qd("usage", "record", "-p", deck, "--file", "-", stdin=calls()).returncode == 0
    figure = page.locator("dl > div").filter(has=page.get_by_text("Cost", exact=True))
    await expect(figure).to_contain_text(f"{DAYS} without a price")  # those are the last, so all are counted
    asked = ("usage", "show", "-p", deck, "--by", "model", "-m", "cost")
    series: dict[str, Any] = product.ask(*asked)
    costs = {each["group"][0]["value"]: each["usd"] for each in series["totals"]}
    whole = sum(Decimal(each) for each in costs.values() if each)
    await expect(figure).to_contain_text(f"${whole:.2f}")
    await looks_right(page)

    await page.get_by_role("tab", name="Cost").click()
    await page.get_by_role("button", name="Cost as a table").click()
    await expect(page.get_by_role("table", name="Cost", exact=True)).to_contain_text("<b>own</b>")
    heads, *rows, total = await cells(page, "Cost")
    assert dict(zip(heads[1:], total[1:], strict=True)) == {
        "claude-sonnet-4-5": f"${costs['claude-sonnet-4-5']}",
        "gpt-5-mini": f"${costs['gpt-5-mini']}",
        "<b>own</b>": "unknown",
    }
    assert len(rows) == 8
    await looks_right(page)

    # by keys through the picture, which tells what the table has
    slider = page.get_by_role("slider", name=re.compile("^Cost, by day"))
    await slider.focus()
    await page.keyboard.press("End")
    told = await slider.get_attribute("aria-valuetext")
    assert told
    assert f"{heads[1]} {rows[-1][1]}" in told
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Its events")).to_have_attribute(
        "href", re.compile("ModelUsageRecorded")
    )

    await page.get_by_role("button", name="Export", exact=True).click()
    async with page.expect_download() as downloading:
        await page.get_by_role("menuitem", name="CSV").first.click()
    file = await (await downloading.value).path()
    written = list(csv.DictReader(io.StringIO(Path(file).read_text("utf-8"))))
    points = {(each["group"][0]["value"], each["total"]) for each in series["points"]}
    assert {(each["model"], int(each["total"]) if each["total"] else None) for each in written} == points

    await page.get_by_role("tab", name="Model calls").click()
    listed = page.get_by_role("table", name="Model calls")
    await expect(listed).to_contain_text("claude-sonnet-4-5")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("combobox", name="Only these").click()
    await page.get_by_role("option", name="gpt-5-mini").click()
    await page.keyboard.press("Escape")
    await expect(listed).not_to_contain_text("claude-sonnet-4-5")
    await expect(listed).to_contain_text("gpt-5-mini")
    await looks_right(page)


async def test_a_time_stands_in_the_address_and_prices_are_revised(page: Page, product: Product) -> None:
    deck = furnished(product, "priced")
    assert product.qd("usage", "record", "-p", deck, "--file", "-", stdin=calls()).returncode == 0
    await page.goto(f"/p/{deck}/usage?tab=cost&model=%5B%22{MODELS[0]}%22%5D")
    slider = page.get_by_role("slider", name=re.compile("^Cost, by day"))
    box = await slider.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60, steps=4)
    await page.mouse.up()
    await page.wait_for_url(re.compile("from="))
    zoomed = own_time(page)
    by_hour = page.get_by_role("slider", name=re.compile("^Cost, by hour"))
    await expect(by_hour).to_be_visible()
    await page.reload()
    await expect(by_hour).to_be_visible()
    assert own_time(page) == zoomed
    await page.go_back()
    await expect(slider).to_be_visible()

    await page.get_by_role("button", name="Any model").click()
    await page.get_by_role("link", name="Give them one").click()
    usage = page.get_by_role("navigation", name="Main").get_by_role("link", name="Usage")
    await expect(usage).to_have_attribute("aria-current", "page")
    await page.get_by_label("Provider").fill("local")
    await page.get_by_label("Model").fill("<b>*")
    await page.get_by_label("Input").fill("1000")
    await page.get_by_label("Output").fill("1,5")
    await page.get_by_role("button", name="Put these in place").click()
    await expect(page.get_by_text("as 2.50, up to 6 decimals")).to_be_visible()
    await page.get_by_label("Output").fill("2000")
    await looks_right(page)
    # 15,000 tokens of input and 360 of output
    preview = page.get_by_role("region", name="What the last 30 days would cost")
    await expect(preview).to_contain_text("$15.72")

    # somebody else is faster
    prices = [{"provider": "p", "model": "m", "input": "1", "output": "1"}]
    file = product.home / "prices.json"
    file.write_text(json.dumps(prices))
    assert product.qd("usage", "prices", "-p", deck, "--file", str(file)).returncode == 0
    await page.get_by_role("button", name="Put these in place").click()
    await expect(page.get_by_text("CONFLICT")).to_be_visible()
    await page.get_by_role("button", name="Begin again with revision 1").click()
    await page.get_by_role("button", name="Another price").click()
    row = page.get_by_role("group", name="Price 2")
    for label, text in (("Provider", "local"), ("Model", "<b>*"), ("Input", "1000"), ("Output", "2000")):
        await row.or_(page.get_by_role("group", name=re.compile("^local"))).last.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Put these in place").click()
    await expect(page.get_by_role("link", name=re.compile("^Revision 2"))).to_be_visible()
    await looks_right(page)
    assert [each["model"] for each in product.ask("usage", "prices", "-p", deck)["prices"]] == ["m", "<b>*"]

    await page.get_by_role("link", name="Cost", exact=True).click()
    await expect(page.get_by_role("table", name="In all", exact=True)).to_contain_text("$15.72")
    await expect(page.get_by_text("without a price")).to_have_count(0)
