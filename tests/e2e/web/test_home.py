"""Home: what is at work, with what it prints, what ended, and what one has not seen yet."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

PRINTS = (
    r"""printf '<script>alert(1)</script>\033]0;title\007\033[31mred\033[0m\n'; read line; echo "got $line"; exit 3"""
)


async def test_a_session_at_work_is_shown_with_its_last_lines_until_it_is_done(page: Page, product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", "Fix the flaky test")["id"]
    await page.goto("/")
    card = page.get_by_role("article").filter(has_text="Fix the flaky test")
    await expect(card).to_contain_text("Nothing was run yet")

    done = product.qd("run", "-s", session, "--background", "--quiet", "--", PRINTS)
    command = done.stdout.decode().strip()
    lines = card.get_by_label("Last lines")
    await expect(lines).to_contain_text("<script>alert(1)</script>red")
    assert "title" not in await lines.inner_text()

    assert product.qd("command", "input", command, "ahoy").returncode == 0
    await expect(lines).to_contain_text("got ahoy")
    finished = page.get_by_role("region", name="Finished lately")
    await expect(finished.get_by_role("listitem").first).to_contain_text("exit 3")
    await looks_right(page)

    away = page.get_by_role("region", name="While you were away")
    await page.reload()
    await expect(away).to_contain_text(re.compile("commands? failed"))
    mark = away.get_by_role("button", name="Mark as read")
    for left in range(await mark.count() - 1, -1, -1):
        await mark.first.click()
        await expect(mark).to_have_count(left)
    assert product.qd("session", "close", session).returncode == 0
