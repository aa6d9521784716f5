"""A session's page: what runs in it, its time line, a fork, and its end."""

import json
import re
from base64 import b64decode
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import looks_right
from tests.support.many_events import log_many
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
MANY = 5_000


def opened(product: Product, title: str) -> str:
    return uuid_of(product.ask("session", "open", "-p", "deck", "--title", title)["id"])


def uuid_of(identifier: str) -> str:
    return b64decode(identifier).decode().partition(":")[2]


async def test_a_command_is_run_in_a_session_forked_from_and_the_session_closed(page: Page, product: Product) -> None:
    session = opened(product, "harbour <script>alert(1)</script>\u202e")
    await page.goto(f"/p/deck/sessions/{session}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("harbour <script>alert(1)</script>U+202E")
    await expect(page.get_by_text("Nothing was run yet")).to_be_visible()

    await page.get_by_label("Command to run").fill("echo ahoy > new.txt; echo '<b>bold</b>'; echo oops >&2; exit 3")
    await page.get_by_role("button", name="Run", exact=True).click()

    await expect(page).to_have_url(re.compile("/commands/"))
    await expect(page.get_by_role("log")).to_contain_text("<b>bold</b>")
    await expect(page.get_by_text("Complete, as recorded")).to_be_visible()
    await expect(page.get_by_text("exit 3").first).to_be_visible()
    await expect(page.get_by_role("heading", name="1 file changed")).to_be_visible()
    await looks_right(page)

    await page.get_by_role("link", name="Fork").click()
    await page.get_by_label("Title").fill("another way")
    await page.get_by_role("dialog").get_by_role("button", name="Fork", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("another way")
    await expect(page.get_by_text("Forked from")).to_be_visible()

    await page.goto(f"/p/deck/sessions/{session}?ask=close")
    await expect(page.get_by_role("dialog")).to_contain_text("1 changed file will be kept")
    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_text("closed").first).to_be_visible()
    await looks_right(page)


async def test_a_long_time_line_is_seen_anywhere_and_shows_what_happens(page: Page, product: Product) -> None:
    session = opened(product, "long")
    database = json.loads((product.data / "run" / "settings" / "gateway.json").read_text())["database_url"]
    project = UUID(uuid_of(product.ask("project", "show", "deck")["id"]))
    await log_many(database, project, UUID(session), MANY)
    await page.goto(f"/p/deck/sessions/{session}?tab=events")

    events = page.get_by_role("list", name="Events")
    await expect(page.get_by_text(re.compile("^5,0[0-9]{2} events$"))).to_be_visible()
    await expect(events.get_by_role("button", name=re.compile("Shells stored")).last).to_be_visible()

    await events.evaluate("element => { element.scrollTop = element.scrollHeight / 2 }")
    await expect(events.get_by_role("listitem").nth(10)).to_have_attribute("aria-posinset", re.compile("^25"))
    await expect(events.get_by_role("button", name=re.compile("Shells stored")).first).to_be_visible()
    assert await events.locator("*").count() < 1000

    product.ask("run", "-s", session, "--background", "--json", "--", "true")
    await page.get_by_role("button", name=re.compile("new$")).click()
    await expect(events.get_by_role("button", name=re.compile("Command finished")).last).to_be_visible()

    await events.get_by_role("button", name=re.compile("Command requested")).last.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text('"text": "true"')
    await expect(page).to_have_url(re.compile("event=[0-9]+"))
    await page.go_back()
    await expect(drawer).to_have_count(0)
    await looks_right(page)
