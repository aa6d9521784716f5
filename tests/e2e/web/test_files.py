"""The files of a session in the page: read, blamed, downloaded, and edited where a command writes them as well."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from tests.e2e.web.test_sessions import opened
from tests.support.browser import looks_right
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]
HOSTILE = "deep/<b>x\\033[31m\\nred\\342\\200\\256gnp.exe"
WRITE = (
    "mkdir deep; printf 'ahoy\\n<script>alert(1)</script>\\342\\200\\256\\n' > \"$(printf '" + HOSTILE + "')\"; "
    "printf 'one\\ntwo\\nthree\\n' > notes.md; printf '\\000\\001\\377bytes' > 'r\u00f6h \"x\".bin'; "
    "printf 'a\\r\\nb\\r\\n' > dos.txt"
)


async def done(product: Product, session: str, text: str) -> None:
    result = await asyncio.to_thread(product.qd, "run", "-s", session, "--", text)
    assert result.returncode == 0, result.stderr


def content(product: Product, session: str, path: str) -> bytes:
    return product.qd("file", "cat", path, "-s", session).stdout


async def test_files_are_found_read_blamed_and_downloaded_whatever_their_names(
    page: Page, product: Product, tmp_path: Path
) -> None:
    session = opened(product, "reader")
    await done(product, session, WRITE)
    await page.goto(f"/p/deck/sessions/{session}")
    await page.get_by_role("link", name="Files", exact=True).click()

    tree = page.get_by_role("tree")
    await expect(tree.get_by_role("treeitem", name=re.compile("notes.md"))).to_be_visible()
    await expect(page.get_by_text(re.compile("^4 changed since the start"))).to_be_visible()
    await tree.focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    hostile = tree.get_by_role("treeitem", name=re.compile("<b>x"))
    await expect(hostile).to_contain_text("<b>x␛[31m")
    await expect(hostile).to_contain_text("U+202Egnp.exe")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    code = page.get_by_test_id("code")
    await expect(code).to_contain_text("<script>alert(1)</script>U+202E")
    await looks_right(page)

    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await page.get_by_role("combobox", name="Part of its path").fill("bin")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A binary file, 8 B")).to_be_visible()
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Download").click()
    download = await saved.value
    await download.save_as(tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"\0\1\xffbytes"

    await page.goto(f"/p/deck/sessions/{session}/files?path=notes.md&lines=L2")
    await expect(code.locator(".qd-chosen-line").get_by_text("two")).to_be_visible()
    await code.locator(".cm-lineNumbers").get_by_text("3", exact=True).click(modifiers=["Shift"])
    await expect(page).to_have_url(re.compile("lines=L2-L3"))
    await page.get_by_text("Blame", exact=True).click()
    await expect(code.locator(".qd-blame")).to_contain_text("mkdir deep")
    await looks_right(page)
    await page.get_by_role("table", name="Whose the lines are").get_by_role("link").first.click()
    await expect(page).to_have_url(re.compile("/commands/"))
    # what the command changed in it; the links of the page before, which name the whole command, may still stand
    await page.get_by_role("link", name="dos.txt", exact=True).click()
    await expect(page).to_have_url(re.compile("/changes.*path=dos.txt"))
    [then] = re.findall(r"to=([^&]+)", page.url)
    await page.goto(f"/p/deck/sessions/{session}/files?path=dos.txt&at={then}")
    await expect(page.get_by_text("Blame", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Edit")).to_have_count(0)  # it is the past


async def test_a_file_is_edited_and_what_a_command_wrote_meanwhile_is_not_lost(page: Page, product: Product) -> None:
    session = opened(product, "writer")
    await done(product, session, WRITE)
    await page.goto(f"/p/deck/sessions/{session}/files?path=dos.txt")
    await page.get_by_role("button", name="Edit").click()
    editor = page.get_by_test_id("editor").locator(".cm-content")
    await expect(editor).to_be_focused()
    await page.keyboard.type("new\n")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert content(product, session, "dos.txt") == b"new\r\na\r\nb\r\n"

    await page.goto(f"/p/deck/sessions/{session}/files?path=notes.md&view=edit")
    await expect(editor).to_be_focused()
    await page.keyboard.type("mine ")
    await expect(page.get_by_text("Not saved")).to_be_visible()
    await done(product, session, "sed -i 's/one/ONE/; s/three/THREE/' notes.md")
    await expect(page.get_by_text("has changed this file meanwhile")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("notes.md is not what it was when you opened it")
    assert content(product, session, "notes.md") == b"ONE\ntwo\nTHREE\n"
    await expect(page.get_by_test_id("difference")).to_contain_text("mine one")
    await looks_right(page)

    await page.get_by_role("button", name="Merge both by hand").click()
    await expect(editor).to_contain_text("<<<<<<< yours")
    await expect(editor).to_contain_text("THREE")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("dialog").get_by_role("button", name="Go on editing").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await editor.click()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("mine and ONE\ntwo\nTHREE\n")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert content(product, session, "notes.md") == b"mine and ONE\ntwo\nTHREE\n"


async def test_what_is_not_saved_is_asked_about_and_kept(page: Page, product: Product) -> None:
    session = opened(product, "draft")
    await page.goto(f"/p/deck/sessions/{session}/files")
    await page.get_by_role("button", name="New file").click()
    await page.get_by_label("Path").fill("../outside")
    await page.get_by_role("button", name="Write it").click()
    await expect(page.get_by_text("Each part between slashes needs a name.")).to_be_visible()
    await page.get_by_label("Path").fill("docs/idea.md")
    await page.get_by_role("button", name="Write it").click()
    editor = page.get_by_test_id("editor").locator(".cm-content")
    await expect(editor).to_be_focused()
    await page.keyboard.type("half a thought")

    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    await expect(editor).to_contain_text("half a thought")
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("dialog").get_by_role("button", name="Leave, and keep it").click()
    await page.get_by_role("button", name="Write it").click()
    await expect(editor).to_contain_text("half a thought")
    await page.get_by_label("Can be executed").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_test_id("code")).to_contain_text("half a thought")
    await expect(page.get_by_text("executable file")).to_be_visible()
    assert content(product, session, "docs/idea.md") == b"half a thought"
