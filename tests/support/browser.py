"""A browser on the real product: what a page may not do, and what a page must be."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect
from tests.support.product import Product
from tests.support.waiting import eventually

from quarterdeck.web_client.build import build
from quarterdeck.web_client.places import SOURCES

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""The same engine without windows, menus and profiles: a page costs half of what it costs in the whole browser."""
WHOLE_CHROMIUM = "/usr/bin/chromium"
"""For pictures and speeds as users have them; the tests do without it."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SHARED_RENDERER = "--process-per-site"
"""All pages of an address in one process: each page would start its own, and compile all scripts in it."""
AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SERIOUS = ["serious", "critical"]
PHONE = 375
SHOWN_WITHIN = 30.0
# A wait for a condition, as long as those of locators. How fast a page is, lighthouse.py measures.
expect.set_options(timeout=SHOWN_WITHIN * 1000)

# What sticks out beyond the window, but for what something that it lies in clips or scrolls.
_TOO_WIDE = """width => {
  if (document.documentElement.scrollWidth <= width) return [];
  const clips = element => element !== document.body && getComputedStyle(element).overflowX !== "visible";
  const clipped = element => element && (clips(element) || clipped(element.parentElement));
  const out = [...document.body.querySelectorAll("*")]
    .filter(each => each.getBoundingClientRect().right > width && !clipped(each.parentElement))
    .map(each => `${each.cloneNode(false).outerHTML.slice(0, 200)} to ${each.getBoundingClientRect().right} px`);
  return [`the page is ${document.documentElement.scrollWidth} px wide`, ...out.slice(0, 8)];
}"""

# A rule has its impact, whatever it finds: those of less need not be run. Frames are of others, and have no axe.
_RULES_BROKEN = """async ({impacts, ofColours}) => {
  const wanted = new Set(axe.getRules(ofColours ? ["cat.color"] : undefined).map(rule => rule.ruleId));
  const runs = rule => wanted.has(rule.id) && (!rule.impact || impacts.includes(rule.impact));
  const others = axe._audit.rules.filter(rule => !runs(rule)).map(rule => [rule.id, {enabled: false}]);
  const rules = Object.fromEntries(others);
  const found = await axe.run(document, {resultTypes: ["violations"], rules, iframes: false});
  return found.violations.filter(each => impacts.includes(each.impact));
}"""
# What is there and what of it is rendered: where that is the same, only colours can break rules that held.
_BUT_COLOURS = """() => document.body.outerHTML
  + [...document.body.querySelectorAll("*")].map(each => Number(each.checkVisibility({visibilityProperty: true})))"""


@cache
def build_pages() -> None:
    """Where they are missing or old."""
    build(print)


@asynccontextmanager
async def chromium(*flags: str, program: str = CHROMIUM) -> AsyncGenerator[Browser]:
    """With the pages that it is to show, which are built where they are missing or old."""
    assert Path(program).exists(), f"the Debian package {Path(program).name} is not installed"
    await asyncio.to_thread(build_pages)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


async def login_link(product: Product) -> str:
    """As `quarterdeck login-link` prints it."""
    process = product.popen(("quarterdeck", "login-link"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


class Complaints:
    """What a page has complained of: errors on its console, what the policy refused, exceptions nobody caught."""

    def __init__(self, page: Page) -> None:
        self.told: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.told.append(f"uncaught: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.told.append(f"{message.type}: {message.text}")


async def log_in(context: BrowserContext, product: Product, at: str = "") -> None:
    """By the link, as a user does. The context keeps the cookie. `at`: another of the product's addresses."""
    page = await context.new_page()
    complaints = Complaints(page)
    link = await login_link(product)
    await page.goto(f"{at}/login#{link.partition('#')[2]}" if at else link)
    await page.get_by_role("heading", name="Home").wait_for()
    assert complaints.told == []
    await page.close()


async def violations(page: Page, *, of_colours: bool = False) -> list[str]:
    """What axe finds, of the serious kinds, in the page as it is now; or of those only that colours decide."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    found: list[dict[str, Any]] = await page.evaluate(_RULES_BROKEN, {"impacts": SERIOUS, "ofColours": of_colours})
    return [
        f"{each['id']}: {each['help']}: {node['html'][:300]} {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"]
    ]


async def looks_right(page: Page) -> None:
    """In both schemes: nothing that who sees or moves otherwise cannot use, and no scrolling sideways on a phone."""
    before = page.viewport_size
    seen: list[str] = []
    for scheme in SCHEMES:
        await show(page, scheme)
        has: str = await page.evaluate(_BUT_COLOURS)
        await _check(page, f"in {scheme}", of_colours=has in seen)
        seen.append(has)
    await page.set_viewport_size({"width": PHONE, "height": 760})
    await eventually(lambda: _fits(page), within=SHOWN_WITHIN)
    await _check(page, "on a phone")
    if before:
        await page.set_viewport_size(before)


async def _fits(page: Page) -> bool:
    """To be asked from here: what Playwright would evaluate again and again in the page, the page's policy refuses."""
    too_wide = await page.evaluate(_TOO_WIDE, PHONE)
    assert not too_wide, "\n".join(too_wide)
    return True


async def _check(page: Page, where: str, *, of_colours: bool = False) -> None:
    found = await violations(page, of_colours=of_colours)
    assert not found, f"{where}: {found}"


async def show(page: Page, scheme: Scheme) -> None:
    """Returns when the page has these colours."""
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for()


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")
