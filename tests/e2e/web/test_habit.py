"""What one does everywhere in the web client: go by an id, be told of what ended, paste, open what is served."""

import re
from base64 import b64encode

import pytest
from playwright.async_api import BrowserContext, Page, expect
from tests.e2e.web.test_commands import started
from tests.e2e.web.test_sessions import opened
from tests.support.browser import looks_right
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]


async def test_any_id_leads_to_a_pages_own_address(page: Page, product: Product) -> None:
    session = opened(product, "by any name")
    command = started(product, session, "echo found")
    address = f"/p/deck/sessions/{session}"
    as_the_api_gives_it = b64encode(f"Session:{session}".encode()).decode()
    heading = page.get_by_role("heading", level=1)
    await page.goto("/projects")
    for named, whole in (
        (f"/p/deck/sessions/{as_the_api_gives_it}?tab=events", f"{address}?tab=events"),
        (
            f"/p/deck/sessions/{session[-8:]}/commands/{command[-8:]}?view=text",
            f"{address}/commands/{command}?view=text",
        ),
        (f"/p/deck/sessions/{session.upper()}", address),
    ):
        await page.goto(named)
        await expect(page).to_have_url(f"{product.url}{whole}")
        await expect(heading).to_have_text(re.compile("by any name|echo found"))
    await page.go_back()
    await expect(page).to_have_url(re.compile(f"{command}.view=text"))

    await page.goto("/p/deck/sessions/00000000")
    await expect(heading).to_have_text("No such session")
    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox", name=re.compile("paste an id")).fill(command[-8:])
    await expect(page.get_by_role("dialog").get_by_text("Command: echo found")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{product.url}{address}/commands/{command}")


# Enter by the time that a row with the text is there: before it is painted, and so sooner than anybody.
_ENTER_AT_ONCE = """text => new Promise(done => {
  const look = () => {
    if (![...document.querySelectorAll("[data-action]")].some(row => row.textContent.includes(text))) return;
    seen.disconnect();
    const enter = new KeyboardEvent("keydown", {key: "Enter", code: "Enter", bubbles: true, cancelable: true});
    document.activeElement.dispatchEvent(enter);
    done();
  };
  const seen = new MutationObserver(look);
  seen.observe(document.body, {childList: true, subtree: true});
  look();
})"""


async def test_enter_takes_what_an_id_leads_to_from_the_moment_it_is_there(page: Page, product: Product) -> None:
    session = opened(product, "at once")
    command = started(product, session, "echo taken")
    await page.goto("/p/deck/sessions")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sessions")
    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox", name=re.compile("paste an id")).fill(command[-8:])
    await page.evaluate(_ENTER_AT_ONCE, "Command: echo taken")
    await expect(page).to_have_url(f"{product.url}/p/deck/sessions/{session}/commands/{command}")


async def test_who_works_elsewhere_is_told_and_led_there(page: Page, product: Product) -> None:
    session = opened(product, "told")
    await page.goto("/projects")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    started(product, session, "echo '<b>'; exit 41")
    toast = page.get_by_role("alert").filter(has_text="Failed with exit 41")
    await expect(toast).to_be_visible()
    await toast.get_by_role("link", name="echo '<b>'; exit 41").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("echo '<b>'; exit 41")


async def test_lines_are_pasted_once_confirmed_and_a_port_is_opened(
    page: Page, logged_in: BrowserContext, product: Product
) -> None:
    session = opened(product, "paste")
    await logged_in.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("button", name="Open a terminal").click()
    screen = page.get_by_test_id("terminal")
    await expect(screen).to_contain_text(re.compile("[$#]"))
    # typed otherwise than printed: its echo alone would say only that bash still reads the line, and pastes are its own
    await page.keyboard.type("echo re''ads; cat >/dev/null; python3 -m http.server 8017\n")
    await expect(screen).to_contain_text("reads")
    await page.evaluate("navigator.clipboard.writeText('first line\\nsecond line\\n')")

    await page.keyboard.press("Control+Shift+V")
    await expect(page.get_by_role("dialog")).to_contain_text("second line")
    await looks_right(page)
    await page.get_by_role("dialog").get_by_role("button", name="Paste").click()
    await expect(screen).to_contain_text("second line")
    await page.keyboard.press("Control+d")
    await eventually(lambda: product.ask("port", "list", session) == [8017], within=30)

    await page.goto(f"/p/deck/sessions/{session}?tab=ports")
    await page.get_by_role("button", name="Make a link").click()
    async with logged_in.expect_page() as opening:
        await page.get_by_role("link", name="Open in another tab").click()
    preview = await opening.value
    await expect(preview.get_by_role("heading")).to_contain_text("Directory listing")
    assert "qd_token" not in preview.url
    await preview.close()
    await expect(page.get_by_role("button", name="Make a link")).to_be_visible()


async def test_a_moment_is_told_in_full_while_the_pointer_rests_on_it(page: Page) -> None:
    await page.goto("/tokens")
    moment, tooltip = page.locator("main time").first, page.get_by_role("tooltip")
    await expect(moment).to_be_visible()
    for _ in range(2):
        await moment.hover()
        await expect(tooltip).to_contain_text(" UTC")
        await page.mouse.move(0, 0)
        await expect(tooltip).to_have_count(0)
