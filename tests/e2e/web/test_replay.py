"""A session's replay: any moment of it as it was, by keys, by the time line, by a link, and played to its end."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.e2e.web.test_commands import HOSTILE
from tests.e2e.web.test_sessions import opened, uuid_of
from tests.support.browser import looks_right
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
FIRST = "\033[2J\033[H\033[31mred 20 80\033[0m"
TERMINAL = (
    r"""printf '\033[2J\033[H\033[31mred %s\033[0m' "$(stty size)"; """
    r"""until [ "$(stty size)" = "14 60" ]; do sleep 0.05; done; """
    r"""printf '\033[2J\033[Hnow %s' "$(stty size)"; sleep 0.2"""
)
LEFT = "echo left one; touch l; until [ -e r ]; do sleep 0.05; done; sleep 0.2; echo left two"
RIGHT = "until [ -e l ]; do sleep 0.05; done; echo right one; touch r; sleep 0.6; echo right two; exit 3"
ASK = """async ([query, variables]) => (await fetch("/graphql", {
    method: "POST",
    headers: { "X-Quarterdeck": "web", "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
})).json()"""
RUN = """mutation($input: RunCommandInput!) {
    runCommand(input: $input) { ... on RunCommandPayload { command { id } } } }"""
RESIZE = "mutation($input: ResizeCommandInput!) { resizeCommand(input: $input) { __typename } }"
STATE = "query($id: ID!) { command(id: $id) { state recordedBytes } }"


async def ask(page: Page, query: str, **variables: Any) -> Any:
    return (await page.evaluate(ASK, [query, variables]))["data"]


async def run(page: Page, session: str, text: str, terminal: dict[str, int] | None = None) -> str:
    given = {"sessionId": session, "text": text, "terminal": terminal, "background": True}
    return str((await ask(page, RUN, input=given))["runCommand"]["command"]["id"])


def ended(page: Page, command: str) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        found = (await ask(page, STATE, id=command))["command"]
        return found is not None and found["state"] == "FINISHED"

    return is_so


def printed(page: Page, command: str) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        found = (await ask(page, STATE, id=command))["command"]
        return found is not None and found["recordedBytes"] > 0

    return is_so


async def recorded(page: Page, session: str) -> None:
    """A terminal that is resized; two commands side by side; hostile output."""
    first = await run(page, session, TERMINAL, {"columns": 80, "rows": 20})
    await eventually(printed(page, first))
    await ask(page, RESIZE, input={"commandId": first, "terminal": {"columns": 60, "rows": 14}})
    await eventually(ended(page, first))
    left = await run(page, session, LEFT)
    # on a busy host what both have printed by then would be read at once, in any order
    await eventually(printed(page, left))
    right = await run(page, session, RIGHT)
    for side in (left, right):
        await eventually(ended(page, side))
    await eventually(ended(page, await run(page, session, HOSTILE, {"columns": 80, "rows": 24})))


async def go_to(page: Page, place: str) -> None:
    await page.keyboard.press("g")
    await page.get_by_label("A place in this session").fill(place)
    await page.keyboard.press("Enter")


async def test_any_moment_of_a_session_is_shown_as_it_was(page: Page, product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", "to be <b>replayed</b>")["id"]
    await page.goto(f"/p/deck/sessions/{uuid_of(session)}")
    await recorded(page, session)

    await page.get_by_role("link", name="Replay", exact=True).click()
    slider = page.get_by_role("slider", name="Moment of the session")
    screen, moment = page.get_by_test_id("terminal"), page.get_by_test_id("moment")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Replay of to be <b>replayed</b>")
    await expect(slider).to_have_attribute("aria-valuenow", "0")

    await go_to(page, "c1@0")
    await expect(screen.locator(".xterm-rows")).to_have_text(re.compile(r"^\s*red 20 80\s*$"))
    await expect(screen.locator(".xterm-fg-1")).to_have_text("red 20 80")
    await go_to(page, f"c1@{len(FIRST)}")
    await expect(screen.locator(".xterm-rows")).to_have_text(re.compile(r"^\s*now 14 60\s*$"))
    assert await screen.locator(".xterm-rows > div").count() == 14
    await page.get_by_role("tab", name="Status").click()
    await expect(page.get_by_text("Commands that ran")).to_be_visible()

    await go_to(page, "c3@0")
    await expect(screen).to_contain_text("right one")
    tabs = page.get_by_role("tablist", name="Commands of this moment").get_by_role("tab")
    await expect(tabs).to_have_count(2)
    await tabs.first.click()
    await expect(screen).to_contain_text("left one")
    await expect(screen).not_to_contain_text("left two")
    await expect(page).to_have_url(re.compile(r"at=[\d.]+s&command=c2|command=c2&.*at=[\d.]+s"))

    await go_to(page, "c9")
    await expect(page.get_by_text("There is no command 9: the session ran 4.")).to_be_visible()
    await page.keyboard.press("Escape")

    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.get_by_test_id("terminal")).to_contain_text("left one")
    assert await other.get_by_test_id("moment").text_content() == await moment.text_content()
    await other.close()

    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.get_by_text("No command has started yet.")).to_be_visible()
    for _ in range(6):
        await page.keyboard.press("]")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await expect(slider).to_have_attribute("aria-valuenow", await slider.get_attribute("aria-valuemax") or "")
    await expect(screen).to_contain_text("<script>alert(1)</script>")
    assert (await page.title()).startswith("Replay of")
    assert await screen.locator(".enable-mouse-events").count() == 0

    await page.keyboard.press("f")
    await expect(page.get_by_role("list", name="Files changed until now").get_by_role("listitem")).to_have_text(
        [re.compile("l$"), re.compile("r$")]
    )
    box = await slider.bounding_box()
    assert box
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    half = float(await slider.get_attribute("aria-valuemax") or 0) / 2
    assert abs(float(await slider.get_attribute("aria-valuenow") or 0) - half) <= half / 50 + 0.1
    await looks_right(page)

    before = await page.get_by_text(re.compile(r"event [\d,]+ of")).text_content()
    product.ask("run", "-s", session, "--background", "--json", "--", "true")
    await expect(page.get_by_text(before or "")).to_have_count(0)


ASKS = "import getpass; getpass.getpass('pass' + 'word: '); print('read', 6 * 7)"


async def test_what_was_typed_is_shown_but_for_a_password(page: Page, product: Product) -> None:
    session = opened(product, "typed")
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("button", name="Open a terminal").click()
    screen = page.get_by_test_id("terminal")
    await expect(screen).to_contain_text(re.compile("[$#]"))
    await page.keyboard.type(f'python3 -c "{ASKS}"\n')
    await expect(screen).to_contain_text("password: ")
    await page.keyboard.type("hunter2\n")
    await expect(screen).to_contain_text("read 42")
    await page.keyboard.type("exit\n")
    await expect(page.get_by_text("exit 0").first).to_be_visible()

    await page.get_by_role("link", name="Replay from here").click()
    await expect(page.get_by_test_id("moment")).to_be_visible()
    await go_to(page, "end")
    typed = page.get_by_test_id("typed")
    await expect(typed).to_have_text(f'python3 -c "{ASKS}"⏎not shown⏎exit⏎')
    await expect(page.locator("body")).not_to_contain_text("hunter2")
    await looks_right(page)
    await page.get_by_role("slider", name="Moment of the session").press("Home")
    await expect(typed).to_have_count(0)


async def test_what_was_printed_is_found_and_marked_when_it_was(page: Page, product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", "to be searched")["id"]
    for text in (
        "for i in 1 2 3; do echo line $i of rope; sleep 0.2; done",
        "echo nothing here",
        r"seq 300; printf 'a \033[1mfrayed\033[0m rope\n'; seq 300",
    ):
        assert product.qd("run", "-s", session, "--", text).returncode == 0
    await page.goto(f"/p/deck/sessions/{uuid_of(session)}")
    await eventually(ended(page, await run(page, session, "echo rope on a terminal", {"columns": 90, "rows": 24})))
    await page.goto(f"/p/deck/sessions/{uuid_of(session)}/replay")
    search, screen = page.get_by_role("search"), page.get_by_test_id("terminal")
    found, marked = search.get_by_role("status"), screen.locator(".xterm-selection > div")
    await expect(page.get_by_text("No command has started yet.")).to_be_visible()

    await page.keyboard.press("/")
    field = search.get_by_label("Find in what was printed")
    await expect(field).to_be_focused()
    await field.fill("rope")
    await field.press("Enter")
    await expect(found).to_have_text("1 of 5, c1: line 1 of rope")
    await expect(marked).not_to_have_count(0)
    await expect(screen).not_to_contain_text("line 2 of rope")
    await looks_right(page)
    await field.press("Enter")
    await expect(found).to_have_text("2 of 5, c1: line 2 of rope")
    await expect(screen).to_contain_text("line 2 of rope")
    await expect(screen).not_to_contain_text("line 3 of rope")

    await page.get_by_role("slider", name="Moment of the session").focus()
    await page.keyboard.press("n")
    await expect(found).to_contain_text("3 of 5")
    await page.keyboard.press("n")
    await expect(found).to_have_text("4 of 5, c3: a frayed rope")
    await expect(screen).to_contain_text("a frayed rope")
    await expect(marked).not_to_have_count(0)
    await expect(page).to_have_url(re.compile(r"command=c3"))
    # another size, another command, and a screen that is made anew: it stays marked
    await page.keyboard.press("n")
    await expect(found).to_have_text("5 of 5, c4: rope on a terminal")
    await expect(screen).to_contain_text("rope on a terminal")
    await expect(marked).not_to_have_count(0)
    await page.set_viewport_size({"width": 700, "height": 760})
    await expect(page.get_by_role("tablist", name="Commands of this moment")).to_be_visible()
    await page.keyboard.press("Shift+N")
    await expect(found).to_contain_text("4 of 5")
    await expect(screen).to_contain_text("a frayed rope")
    await expect(marked).not_to_have_count(0)
    await page.set_viewport_size({"width": 1280, "height": 800})

    await field.fill("nobody printed this")
    await field.press("Enter")
    await expect(found).to_have_text("No line that was printed has it.")
    await field.fill("*")
    await field.press("Enter")
    await expect(found).to_contain_text("words")
    await field.press("Escape")
    await expect(search).to_have_count(0)
    await expect(page.get_by_role("button", name="Find…")).to_be_focused()
    assert product.qd("session", "close", session).returncode == 0


async def test_a_command_and_an_event_lead_to_their_moment(page: Page, product: Product) -> None:
    session = opened(product, "moments")
    product.qd("run", "-s", session, "--", "echo ahoy")
    await page.goto(f"/p/deck/sessions/{session}?tab=events")
    await page.get_by_role("button", name=re.compile("Command finished")).click()
    await page.get_by_role("dialog").get_by_role("link", name="Replay from here").click()
    await expect(page.get_by_test_id("terminal")).to_contain_text("ahoy")
    await expect(page.get_by_text("exit 0", exact=True)).to_be_visible()

    await page.get_by_role("link", name="The command").click()
    await page.get_by_role("link", name="Replay from here").click()
    await expect(page.get_by_role("tab", name=re.compile("^c1 echo ahoy runs"))).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("skip idle time")
