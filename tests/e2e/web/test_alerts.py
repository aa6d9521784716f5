"""Alerts in the browser: a rule is tried and set, what it finds is seen to and silenced, and it is removed."""

import asyncio
import re
from typing import Any, cast

import pytest
from playwright.async_api import Locator, Page, Route, expect
from tests.e2e.web.test_sessions import uuid_of
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

HOOK = "https://127.0.0.1:9/hook"
LOOKED_MS = 60_000
"""The conductor looks every 15 seconds."""


async def set_rule(page: Page) -> None:
    """Told what is wrong with it, tried, and set."""
    await page.goto("/p/deck/alerts/rules?set=true")
    form = page.get_by_role("dialog")
    await form.get_by_label("Name").fill("Web Failing")
    await form.get_by_label("Threshold").fill("120")
    await form.get_by_role("button", name="Set it").click()
    await expect(form).to_contain_text("A share is from 0 to 100 percent.")
    await expect(form).to_contain_text("Up to 64 of a to z")
    await form.get_by_label("Name").fill("web-failing")
    await form.get_by_label("Threshold").fill("20")
    await form.get_by_label("At least so many").fill("2")
    await form.get_by_label("An alert for each").press("ArrowDown")
    await page.get_by_role("option", name="session", exact=True).click()
    for label, address in (("Mail", "ops@example.org"), ("Webhooks", HOOK)):
        await form.get_by_label(label).fill(address)
        await form.get_by_label(label).press("Enter")
    await form.get_by_role("button", name="Test it").click()
    await expect(form.get_by_role("status").filter(has_text="It would raise")).to_be_visible()
    await expect(form.get_by_role("row").filter(has_text="raised").first).to_contain_text("100 % > 20 %")
    await looks_right(page)
    await form.get_by_role("button", name="Set it").click()
    await expect(page.get_by_role("row").filter(has_text="web-failing")).to_contain_text("ops@example.org")


def alert_of(product: Product, identifier: str) -> dict[str, Any]:
    """Other sessions may have failed, too."""
    [found] = [each for each in product.ask("alert", "list", "-p", "deck") if uuid_of(each["id"]) == identifier]
    return cast("dict[str, Any]", found)


async def leave_at_once(page: Page, button: Locator) -> None:
    """Before what was typed last is taken, and the page that it leads to comes late."""
    may_come = asyncio.Event()

    async def late(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await page.route("**/*", late)
    await button.click()
    # Set later and for longer, it ends after the timer for what was typed.
    await page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    may_come.set()
    await page.unroute_all(behavior="wait")


async def see_to_it(page: Page, product: Product, short: str) -> str:
    """Gives the alert's id."""
    await page.get_by_role("tab", name="Alerts").click()
    row = page.get_by_role("row").filter(has_text=short)
    await expect(row).to_contain_text("firing", timeout=LOOKED_MS)
    await looks_right(page)
    find = page.get_by_role("searchbox", name="Find an alert")
    await find.fill("nobody")
    await expect(page.get_by_text("No alert is like that.")).to_be_visible()
    await find.fill(short)
    await expect(row).to_be_visible()
    await find.fill("")
    await leave_at_once(page, row.get_by_role("button", name="Acknowledge web-failing"))
    await page.get_by_label("What you are going to do about it").fill("<b>I look</b>\u202e")
    await page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
    steps = page.get_by_role("list", name="What happened")
    await expect(steps).to_contain_text(re.compile(r"Acknowledged by .*<b>I look</b>U\+202E", re.DOTALL))
    await expect(steps).to_contain_text("mail ops@example.org did not arrive yet", timeout=LOOKED_MS)
    await looks_right(page)
    alert = page.url.rpartition("/")[2]
    found = alert_of(product, alert)
    await page.goto(f"/alerts/{found['id']}")
    await expect(page).to_have_url(re.compile(f"/alerts/{alert}$"))
    await page.go_back()
    assert (found["rule"], found["state"], found["note"]) == ("web-failing", "acknowledged", "<b>I look</b>\u202e")
    return alert


async def silence_it(page: Page, product: Product, short: str, alert: str) -> None:
    await page.get_by_role("button", name="Silence").click()
    form = page.get_by_role("dialog")
    await form.get_by_role("button", name="Silence").click()
    await expect(form).to_contain_text("Say why")
    await form.get_by_label("Why").fill("web: the disk is replaced")
    await form.get_by_role("button", name="Silence").click()
    row = page.get_by_role("row").filter(has_text="web: the disk is replaced")
    await expect(row).to_contain_text(short)
    assert alert_of(product, alert)["silencedUntil"]
    await looks_right(page)
    await row.get_by_role("button", name="End the silence").click()
    await page.get_by_role("dialog").get_by_role("button", name="End it").click()
    await expect(row).to_have_count(0)
    await page.get_by_label("Those that are over, too").check()
    await expect(row).to_contain_text("over")


async def test_a_rule_finds_what_fails_and_somebody_sees_to_it(page: Page, product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", "Fails for alerts")["id"]
    for _ in range(2):
        assert product.qd("run", "-s", session, "--", "exit 3").returncode == 3
    short = uuid_of(session)[-8:]

    await set_rule(page)
    alert = await see_to_it(page, product, short)
    await silence_it(page, product, short, alert)

    await page.get_by_role("tab", name="Rules").click()
    await page.get_by_role("link", name="web-failing").click()
    await page.get_by_role("button", name="Show the secret").click()
    secret = product.ask("alert", "rule", "secret", HOOK, "-p", "deck")["secret"]
    await expect(page.get_by_text(secret)).to_be_visible()
    messages = page.get_by_role("table", name="Messages").get_by_role("row")
    before = await messages.count()
    await page.get_by_role("button", name="Send a test").click()
    await expect(messages.nth(before + 1)).to_be_visible()
    await expect(messages.nth(1)).to_contain_text(re.compile("cannot be reached|leads to this host"))
    await looks_right(page)
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await page.get_by_role("heading", name="Alert rules").wait_for()
    await expect(page.get_by_role("link", name="web-failing")).to_have_count(0)
    assert product.qd("session", "close", session).returncode == 0
