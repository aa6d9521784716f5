"""A command's page: a live terminal that is typed into, cut and steered, and hostile output."""

import os
import re
import signal

import pytest
from playwright.async_api import Browser, Page, expect
from tests.e2e.web.test_sessions import opened, uuid_of
from tests.support import browser
from tests.support.browser import looks_right
from tests.support.cutting_relay import relay_to_port
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
HOSTILE = (
    r"printf '\033]52;c;aGFja2Vk\007\033]0;stolen title\007\033]8;;javascript:alert(1)\033\\link\033]8;;\033\\"
    r" <script>alert(1)</script>\n\033[?1003h\033[?2004h\033[c\033[6n'"
)


def started(product: Product, session: str, text: str) -> str:
    return uuid_of(product.ask("run", "-s", session, "--background", "--json", "--", text)["id"])


async def test_a_terminal_is_typed_into_resized_and_cancelled(page: Page, product: Product) -> None:
    session = opened(product, "hands")
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("button", name="Open a terminal").click()
    screen = page.get_by_test_id("terminal")
    await expect(page.get_by_role("switch", name="Keyboard")).to_be_checked()
    await expect(screen).to_contain_text(re.compile(r"[$#]"))

    await page.keyboard.type("tty && echo $((6*7))-$COLUMNS\n")
    await expect(screen).to_contain_text(re.compile("42-[0-9]+"))
    await page.set_viewport_size({"width": 900, "height": 700})
    await page.keyboard.type("until [ $(tput cols) -lt 90 ]; do read -t 0.1 || true; done; echo narrow-$((3*5))\n")
    await expect(screen).to_contain_text("narrow-15")
    await page.set_viewport_size({"width": 1280, "height": 800})

    await page.keyboard.press("Control+]")
    await looks_right(page)
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("cancelled").first).to_be_visible()
    await expect(page.get_by_role("switch", name="Keyboard")).to_have_count(0)


async def test_what_is_typed_before_a_terminal_runs_goes_to_it(page: Page, product: Product) -> None:
    session = opened(product, "early")
    await page.goto(f"/p/deck/sessions/{session}")
    worker = product.pid_of("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        await page.get_by_role("button", name="Open a terminal").click()
        screen = page.get_by_test_id("terminal")
        await expect(screen.get_by_role("textbox")).to_be_focused()
        await page.keyboard.type("echo /$((6*7))/\n")
    finally:
        os.kill(worker, signal.SIGCONT)

    await expect(screen).to_contain_text("/42/")


async def test_what_is_typed_before_a_terminal_is_shown_goes_to_it(page: Page, product: Product) -> None:
    session = opened(product, "sooner")
    await page.goto(f"/p/deck/sessions/{session}")
    button = page.get_by_role("button", name="Open a terminal")
    await expect(button).to_be_enabled()
    gateway = product.pid_of("gateway")
    os.kill(gateway, signal.SIGSTOP)
    try:
        await button.click()
        # with `g b` among them, which is the shortcut of a page
        await page.keyboard.type("echo bugbear-$((6*7))\n")
        await expect(page).to_have_url(re.compile(f"/sessions/{session}$"))
    finally:
        os.kill(gateway, signal.SIGCONT)

    await expect(page.get_by_test_id("terminal")).to_contain_text("bugbear-42")


async def test_keys_are_the_pages_again_where_a_command_ended_before_its_terminal_was_shown(
    page: Page, product: Product
) -> None:
    session = opened(product, "brief")
    await page.goto(f"/p/deck/sessions/{session}")
    field = page.get_by_role("textbox", name="Command to run")
    await expect(field).to_be_enabled()
    await page.get_by_text("Terminal", exact=True).click()
    await field.fill("exit 3")
    await field.press("Enter")
    await expect(page).to_have_url(re.compile("/commands/"))
    await expect(page.get_by_text("Complete, as recorded")).to_be_visible()
    terminal = page.get_by_test_id("terminal")  # where it was shown running for a moment, it is left by then
    await expect(terminal.get_by_role("textbox")).not_to_be_focused()

    await page.keyboard.type("gb")
    await expect(page).to_have_url(re.compile("/budgets"))


async def test_a_terminal_is_left_once_its_program_has_ended_and_nobody_types_on(page: Page, product: Product) -> None:
    session = opened(product, "left")
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("button", name="Open a terminal").click()
    terminal = page.get_by_test_id("terminal")
    await expect(terminal.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("echo reads-$((6*7)); exec head -n 1\r")
    await expect(terminal).to_contain_text("reads-42")
    address = page.url

    await page.keyboard.type("the last\rgb")  # typed on: meant for the program
    await expect(page.get_by_text("Complete, as recorded")).to_be_visible()
    await expect(terminal.get_by_role("textbox")).not_to_be_focused()
    assert page.url == address

    await page.keyboard.type("gb")
    await expect(page).to_have_url(re.compile("/budgets"))


async def test_hostile_output_does_nothing_to_who_looks_at_it(page: Page, product: Product) -> None:
    session = opened(product, "hostile")
    command = started(product, session, HOSTILE)
    await page.goto(f"/p/deck/sessions/{session}/commands/{command}?view=terminal")
    await expect(page.get_by_test_id("terminal")).to_contain_text("<script>alert(1)</script>")
    await expect(page.get_by_text("Complete, as recorded")).to_be_visible()
    assert (await page.title()).startswith("printf")
    assert await page.get_by_test_id("terminal").locator(".enable-mouse-events").count() == 0
    await page.get_by_test_id("terminal").locator(".xterm-screen").click(position={"x": 12, "y": 8})  # the link
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await page.get_by_text("Text", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("link <script>alert(1)</script>")
    await looks_right(page)


async def test_output_that_is_cut_again_and_again_comes_whole(chromium: Browser, product: Product) -> None:
    session = opened(product, "cut")
    async with relay_to_port(product.port) as relay:
        context = await chromium.new_context(base_url=f"http://127.0.0.1:{relay.port}")
        page = await context.new_page()
        link = await browser.login_link(product)
        await page.goto(f"/login#{link.partition('#')[2]}")
        await page.get_by_role("heading", name="Home").wait_for()
        command = started(product, session, "for i in $(seq 1 99); do seq 1 5000; sleep 0.1; done")
        await page.goto(f"/p/deck/sessions/{session}/commands/{command}")
        await expect(page.get_by_role("log")).to_contain_text(re.compile(r"\d{4}"))
        for _ in range(3):
            relay.cut()
            passed = relay.passed
            await eventually(lambda passed=passed: relay.passed > passed + 20_000)  # type: ignore[misc]
        await expect(page.get_by_text("Complete, as recorded")).to_be_visible()
        await context.close()


async def test_who_reads_on_earlier_lines_stays_with_them_while_older_ones_are_let_go(
    page: Page, product: Product
) -> None:
    session = opened(product, "reader of old lines")
    command = started(product, session, "seq 49000; until [ -e more ]; do sleep 0.1; done; seq 30000")
    await page.goto(f"/p/deck/sessions/{session}/commands/{command}?view=text")
    log = page.get_by_role("log", name="Output")
    await expect(log.locator("bdi").filter(has_text="49000")).to_be_visible()

    await log.evaluate("(log) => log.scrollTo({ top: (log.scrollHeight * 40000) / 49000 })")
    first = "(log) => document.elementFromPoint(log.getBoundingClientRect().x + 90, log.getBoundingClientRect().y + 40)"
    await expect(log.locator("bdi").filter(has_text="40000")).to_be_attached()
    seen = await log.evaluate(f"(log) => ({first})(log).textContent")
    assert product.qd("run", "-s", session, "--", "touch more").returncode == 0

    await expect(page.get_by_text("Complete, as recorded")).to_be_visible()
    assert await log.evaluate(f"(log) => ({first})(log).textContent") == seen


async def test_who_is_led_to_a_line_near_the_end_stays_there_while_more_is_printed(
    page: Page, product: Product
) -> None:
    session = opened(product, "reader of a last line")
    command = started(product, session, "seq 49000; until [ -e more ]; do sleep 0.1; done; seq 30000")
    last = len("".join(f"{number}\n" for number in range(1, 48_999)))
    await page.goto(f"/p/deck/sessions/{session}/commands/{command}?view=text&from={last}")
    line = page.get_by_role("log", name="Output").locator("[data-found=true]")
    await expect(line).to_contain_text("48999")
    assert product.qd("run", "-s", session, "--", "touch more").returncode == 0

    await page.get_by_role("button", name="Show what follows").click()
    await expect(page.get_by_text("Complete")).to_be_visible()
    await expect(line).to_be_in_viewport()
