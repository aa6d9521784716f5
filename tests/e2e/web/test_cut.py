"""A page whose connection is cut."""

import re

import pytest
from playwright.async_api import expect
from tests.support import browser
from tests.support.cutting_relay import relay_to_port
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

PRINTS = 'i=0; while read word; do i=$((i+1)); echo "$i $word"; done'


async def test_a_stream_goes_on_where_it_was_cut(product: Product) -> None:
    async with (
        relay_to_port(product.port) as relay,
        browser.chromium(f"--host-resolver-rules=MAP 127.0.0.1:{product.port} 127.0.0.1:{relay.port}") as started,
    ):
        context = await started.new_context(base_url=product.url, reduced_motion="reduce")
        await browser.log_in(context, product)
        page = await context.new_page()
        session = product.ask("session", "open", "-p", "deck", "--title", "Cut")["id"]
        done = product.qd("run", "-s", session, "--background", "--quiet", "--", PRINTS)
        command = done.stdout.decode().strip()

        def say(word: str) -> None:
            assert product.qd("command", "input", command, word).returncode == 0

        await page.goto("/")
        say("before")
        lines = page.get_by_label("Last lines").filter(has_text=re.compile("before"))
        await expect(lines).to_contain_text("1 before")
        assert relay.passed > 0
        relay.cut()
        say("during")
        say("after")
        await expect(lines).to_have_text(re.compile(r"^1 before\s*2 during\s*3 after$"))
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        assert relay.cuts == 1
        assert product.qd("session", "close", session).returncode == 0
        await context.close()
