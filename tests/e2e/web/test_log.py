"""The log in the browser: found, followed, looked at, proven, and erased from."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
HOSTILE = "echo '\x1b[31m<script>alert(1)</script>\u202e log'"


async def test_events_are_followed_narrowed_opened_and_saved(page: Page, product: Product, tmp_path: Path) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    await page.goto("/p/deck/log")
    await expect(page.get_by_role("row").nth(1)).to_be_visible()

    assert product.qd("run", "-s", session, "--", HOSTILE).returncode == 0
    asked = page.get_by_role("row").filter(has_text="Command requested").filter(has_text="U+202E log")
    await expect(asked).to_contain_text("\u241b[31m")
    await expect(asked).to_contain_text("U+202E")

    await page.get_by_role("combobox", name="Topics").fill("CommandReq")
    await page.get_by_role("option", name="CommandRequested").click()
    await expect(page).to_have_url(re.compile("topics=.*CommandRequested"))
    await expect(page.get_by_role("row").filter(has_text="Session")).to_have_count(1)  # the head's
    await page.keyboard.press("Escape")
    await asked.get_by_role("button").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("made anew here from what is shown: the same")
    await expect(drawer.get_by_label("Payload")).to_contain_text("<script>alert(1)</script>")
    await looks_right(page)
    await drawer.get_by_role("button", name="its history").first.click()
    await expect(page.get_by_role("row").filter(has_text="Command finished")).to_have_count(1)
    await page.go_back()
    await expect(drawer).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    await looks_right(page)

    await page.get_by_role("button", name="Export", exact=True).click()
    async with page.expect_download() as saving:
        await page.get_by_role("menuitem", name="JSON lines").click()
    file = tmp_path / "events.jsonl"
    await (await saving.value).save_as(file)
    saved = [json.loads(line) for line in file.read_text().splitlines()]
    assert {each["topic"] for each in saved} == {"CommandRequested"}
    assert product.qd("session", "close", session).returncode == 0


async def test_a_paused_list_stands_still_and_counts_what_is_new(page: Page, product: Product) -> None:
    await page.goto("/log?by=user")
    await expect(page.get_by_role("row").nth(1)).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    product.ask("token", "issue", "passing", "--scope", "task:read")
    await page.get_by_role("button", name=re.compile(r"new events?$")).click()
    await expect(page.get_by_role("row").filter(has_text="passing")).to_be_visible()

    await page.get_by_role("textbox", name="Go to position").fill("1")
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(page).to_have_url(re.compile("from=1"))
    await expect(page.get_by_role("row").filter(has_text="passing")).to_have_count(0)


async def test_the_chain_is_walked_and_a_changed_event_or_key_is_told(page: Page, product: Product) -> None:
    await page.goto("/log/proof")
    await page.get_by_role("button", name="Confirm this key").click()
    await expect(page.get_by_text("The signature is good")).to_contain_text("that you confirmed")
    await page.get_by_role("button", name="Verify now").click()
    await expect(page.get_by_text("each follows from the one before")).to_contain_text("they are what was signed")
    await looks_right(page)

    async def lie(route: Route) -> None:
        answer = await route.fetch()
        told: Any = await answer.json()
        for edge in told.get("data", {}).get("events", {}).get("edges", ()):
            if edge["node"]["position"] == 3:
                edge["node"]["actorId"] = "somebody else"
        await route.fulfill(response=answer, json=told)

    await page.context.route("**/graphql", lie)
    await page.get_by_role("radio", name=re.compile("^all")).check()
    await page.get_by_role("button", name="Verify now").click()
    await expect(page.get_by_text("Event 3 was changed")).to_be_visible()
    await page.context.unroute("**/graphql")

    other = "quarterdeck-log/aabb+7c5b1a9b+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
    await page.evaluate("key => localStorage.setItem('qd-log-proof', JSON.stringify({key}))", await named(page, other))
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text("The key has changed")
    await looks_right(page)
    await page.evaluate("localStorage.removeItem('qd-log-proof')")


async def named(page: Page, key: str) -> str:
    """With the hash that it must have."""
    return str(
        await page.evaluate(
            """async key => {
            const [name, , content] = key.split('+');
            const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
            const head = new TextEncoder().encode(name + '\\n');
            const hash = await crypto.subtle.digest('SHA-256', new Uint8Array([...head, ...bytes]));
            const id = [...new Uint8Array(hash).slice(0, 4)].map(b => b.toString(16).padStart(2, '0')).join('');
            return `${name}+${id}+${content}`;
        }""",
            key,
        )
    )
