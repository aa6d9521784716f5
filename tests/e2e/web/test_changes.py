"""What changed in a session: between any two points, in both layouts, and back again."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from tests.e2e.web.test_sessions import opened, uuid_of
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

FIRST = r"""
seq 1 60 > numbers.txt; printf 'const knot = first(rope);\nend' > knot.js
seq 100 140 > moved.txt; echo gone > gone.txt; printf 'a\0b' > blob.bin
"""
SECOND = r"""
sed -i 's/^30$/thirty/' numbers.txt; printf 'const knot = second(rope);\nend\n' > knot.js
mv moved.txt renamed.txt; rm gone.txt; printf 'a\0cd' > blob.bin; chmod +x README.md; ln -s knot.js link
printf '<script>alert(1)</script> \342\200\256evil \377\n' > $'h\342\200\256gpj.exe'
"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(page: Page) -> AsyncIterator[Page]:
    """How one likes diffs is kept in the browser, which other tests use too."""
    await page.add_init_script("localStorage.removeItem('qd-diff')")
    yield page


def ran(product: Product, session: str, script: str) -> str:
    done = product.ask("run", "-s", session, "--", script)["command"]
    assert done["exitCode"] == 0, done
    return uuid_of(done["id"])


def file(page: Page, path: str) -> Locator:
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=path))


async def test_changes_between_points_are_shown_as_they_are_looked_for(page: Page, product: Product) -> None:
    session = opened(product, "changes")
    first = ran(product, session, FIRST)
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("link", name="Changes", exact=True).click()
    await expect(page.get_by_text(re.compile(r"^5 files changed"))).to_be_visible()

    ran(product, session, SECOND)
    await expect(page.get_by_text(re.compile(r"^7 files changed"))).to_be_visible()
    await page.get_by_role("combobox", name="From").click()
    await page.get_by_role("option", name=f"after {first[-8:]}").click()
    await expect(page).to_have_url(re.compile(f"from={first}"))
    await expect(page.get_by_text(re.compile(r"^8 files changed"))).to_be_visible()
    await looks_right(page)

    knot = file(page, "knot.js")
    await expect(knot.locator("mark")).to_have_text(["first", "second"])
    await expect(knot).to_contain_text("no newline at end of file")
    await expect(file(page, "README.md")).to_contain_text("file → executable")
    await expect(file(page, "blob.bin")).to_contain_text("binary: 3 B → 4 B")

    await page.get_by_label("Filter the files").fill("gpj")
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(page.get_by_role("article")).to_contain_text("<script>alert(1)</script> U+202Eevil \\xff")
    await expect(page.get_by_role("article").get_by_role("heading")).to_have_text("hU+202Egpj.exe")
    await page.get_by_label("Filter the files").fill("name")
    await expect(page.get_by_role("article").get_by_role("heading")).to_have_text("moved.txt → renamed.txt")

    await page.get_by_label("Filter the files").fill("numbers")
    numbers = file(page, "numbers.txt")
    await expect(numbers.get_by_role("row").filter(has_text="thirty").get_by_role("cell")).to_have_count(4)
    await page.get_by_role("region", name=re.compile("Changes of")).press("v")
    await expect(numbers.get_by_role("row").filter(has_text="thirty").get_by_role("cell")).to_have_count(3)
    await expect(page).to_have_url(re.compile("view=unified"))
    await numbers.get_by_role("button", name="Show 26 lines").click()
    await expect(numbers.get_by_role("row").filter(has_text="25")).to_have_count(1)
    await page.get_by_role("region", name=re.compile("Changes of")).press("n")
    await expect(numbers.locator("[data-current]").first).to_contain_text("30")

    await numbers.get_by_label("Viewed: numbers.txt").check()
    await page.get_by_text("Snapshots", exact=True).click()
    await page.get_by_text("Files", exact=True).click()
    await page.get_by_label("Filter the files").fill("numbers")
    await expect(numbers.get_by_label("Viewed: numbers.txt")).to_be_checked()
    await expect(numbers.get_by_role("table")).to_have_count(0)
    product.qd("session", "close", session)


async def test_a_snapshot_is_restored_and_a_command_leads_to_what_it_changed(page: Page, product: Product) -> None:
    session = opened(product, "restored")
    first, second = ran(product, session, FIRST), ran(product, session, SECOND)
    await page.goto(f"/p/deck/sessions/{session}/changes?show=snapshots")
    row = page.get_by_role("row").filter(has_text=first[-8:])
    await row.get_by_role("button", name="What can be done").click()
    await page.get_by_role("menuitem", name="Restore").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("8 files will change")
    await expect(dialog).to_contain_text("kept as a snapshot")
    await looks_right(page)
    await dialog.get_by_role("button", name="Restore", exact=True).click()
    await expect(dialog).to_contain_text(re.compile(r"Restored: \d+ files changed\."))
    assert b"gone" in product.qd("file", "cat", "gone.txt", "-s", session).stdout
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(page.get_by_role("row").filter(has_text="between commands")).to_have_count(1)

    await page.goto(f"/p/deck/sessions/{session}/commands/{second}")
    await page.get_by_role("link", name="gone.txt").click()
    await expect(file(page, "gone.txt").get_by_role("img", name="deleted")).to_be_visible()
    product.qd("session", "close", session)


async def test_a_session_is_compared_with_its_fork(page: Page, product: Product) -> None:
    session = opened(product, "compared")
    ran(product, session, "seq 1 5 > numbers.txt; grep -q 3 numbers.txt")
    forked = product.ask("session", "fork", session, "--title", "another <i>way</i>")
    fork = uuid_of(forked["id"])
    product.qd("run", "-s", fork, "--", "sed -i s/3/three/ numbers.txt")
    product.qd("run", "-s", fork, "--", "rm README.md")
    product.qd("run", "-s", fork, "--", "test -f README.md")
    product.qd("run", "-s", session, "--", "test -f README.md")
    await page.goto(f"/p/deck/sessions/{session}/changes")
    await page.get_by_role("link", name="Compare", exact=True).click()
    await page.get_by_role("combobox", name="With").click()
    await page.get_by_role("option", name="another <i>way</i>").click()

    await expect(page.get_by_text(f"{session[-8:]} is what the other one was forked from.")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^2 files changed"))).to_be_visible()
    await expect(file(page, "numbers.txt").locator("mark")).to_have_count(0)
    both = page.get_by_role("row").filter(has_text="test -f README.md")
    await expect(both).to_contain_text("exit 0")
    await expect(both).to_contain_text("exit 1")
    await expect(page.get_by_role("row").filter(has_text="Commands")).to_contain_text("1 not exited with 0")
    await looks_right(page)

    product.qd("run", "-s", fork, "--", "git checkout README.md 2>/dev/null || printf '# deck\\n' > README.md")
    await expect(page.get_by_text(re.compile(r"^1 file changed"))).to_be_visible()
    await page.get_by_role("button", name="Change them over").click()
    await expect(page).to_have_url(re.compile(f"{fork}/compare.*with={session}"))
    await expect(page.get_by_text(f"{fork[-8:]} goes back to session {session[-8:]}")).to_be_visible()

    await page.goto(f"/p/deck/sessions/{fork}")
    await expect(page.get_by_role("link", name="Compare", exact=True)).to_be_visible()
    for each in (session, fork):
        product.qd("session", "close", each)


@pytest.mark.parametrize("search", [f"from={'0' * 39}1", "from=0192a000-0000-7000-8000-000000000000"])
async def test_a_point_that_is_none_is_said(page: Page, product: Product, search: str) -> None:
    session = opened(product, "no such point")
    await page.goto(f"/p/deck/sessions/{session}/changes?{search}")

    await expect(page.get_by_role("alert")).to_contain_text("NOT_FOUND")
    product.qd("session", "close", session)
