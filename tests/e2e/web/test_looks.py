"""What `looks_right` finds, on pages with a fault in one scheme alone."""

import pytest
from playwright.async_api import Browser, Page
from tests.support.browser import looks_right

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

SCHEMES = """const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.dataset.mantineColorScheme = dark.matches ? "dark" : "light";
dark.addEventListener("change", follow);
follow();"""
DARK = "@media (prefers-color-scheme: dark)"
FAULTS = {
    "in light: image-alt": ("", "<img src='data:,' width=9 height=9>"),
    "in dark: color-contrast": (DARK + "{ p { color: #444 } }", "<p>Ahoy</p>"),
    "in dark: label": ("input { display: none }" + DARK + "{ input { display: block } }", "<input>"),
}
"""Style and body, by what is told of them."""


async def page_with(browser: Browser, style: str, body: str) -> Page:
    page = await browser.new_page(reduced_motion="reduce")
    await page.set_content(
        f"<html lang=en><title>Deck</title><style>:root {{ color-scheme: light dark }} body {{ background: Canvas }}"
        f"{style}</style><main>{body}</main><script>{SCHEMES}</script>"
    )
    return page


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_found_in_whichever_scheme_it_shows(chromium: Browser, fault: str) -> None:
    page = await page_with(chromium, *FAULTS[fault])
    with pytest.raises(AssertionError, match=fault.replace(": ", r": \['")):
        await looks_right(page)
    await page.close()


async def test_a_page_without_a_fault_looks_right(chromium: Browser) -> None:
    page = await page_with(chromium, "", "<p>Ahoy</p>")
    await looks_right(page)
    await page.close()
