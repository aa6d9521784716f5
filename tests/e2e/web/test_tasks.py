"""Tasks in the browser: a board that is moved by hand and by others, and one task with all that is known of it."""

import re

import pytest
from playwright.async_api import Locator, Page, expect
from tests.support.browser import looks_right
from tests.support.followed_files import commit_tasks, tasks_on_main
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=re.compile(f"^{name}, "))


async def move(page: Page, title: str, to: str) -> None:
    """By the keyboard."""
    card = page.get_by_role("link", name=title)
    await card.focus()
    await card.press("m")
    await page.get_by_role("menuitem", name=to, exact=True).click()


async def test_cards_are_moved_by_mouse_keyboard_and_others_and_put_back_where_that_is_refused(
    page: Page, product: Product
) -> None:
    home = ("-p", "tideway")
    product.project("tideway")
    await page.goto("/p/tideway/tasks")
    await expect(page.get_by_text("Nothing is to be done")).to_be_visible()
    await page.keyboard.press("c")
    await page.get_by_role("textbox", name="Title").fill("Sew <b>a sail</b>")
    await page.get_by_label("Estimate of work").fill("2h")
    await page.get_by_role("button", name="Add", exact=True).click()
    sail = page.get_by_role("link", name="Sew <b>a sail</b>")
    await expect(column(page, "open")).to_contain_text("T-1")
    for title, more in (("Paint the mast", ()), ("Oil the winch", ("--after", "T-1"))):
        product.ask("task", "add", title, *home, *more)
    await expect(column(page, "open")).to_contain_text("waits for T-1")

    await sail.drag_to(column(page, "done"))
    await expect(column(page, "done")).to_contain_text("T-1")
    await expect(page.get_by_role("status").filter(has_text="T-1 is moved to done.")).to_have_count(1)
    assert product.ask("task", "show", "T-1", *home)["task"]["status"] == "DONE"

    await move(page, "Sew <b>a sail</b>", "in progress")
    refused = page.get_by_role("alert").filter(has_text="T-1 is put back.")
    await expect(refused).to_contain_text("T-1 is done; from there it cannot become in progress.")
    await expect(column(page, "done")).to_contain_text("T-1")
    await expect(sail).to_be_focused()

    await move(page, "Paint the mast", "blocked")
    await page.get_by_label("What is it blocked by?").fill("no paint")
    await page.get_by_role("button", name="Block it").click()
    await expect(column(page, "blocked")).to_contain_text("no paint")
    await page.get_by_role("link", name="Oil the winch").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("link", name="Paint the mast")).to_be_focused()

    assert product.qd("task", "claim", "T-3", *home).returncode == 0
    await expect(column(page, "claimed")).to_contain_text("left")
    await looks_right(page)

    await page.goto("/p/tideway/tasks?view=list&text=winch")
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_role("button", name="Move T-3 to …").click()
    await page.get_by_role("menuitem", name="in review").click()
    await expect(page.get_by_role("row", name=re.compile("winch"))).to_contain_text("in review")
    await looks_right(page)

    words = page.get_by_role("searchbox", name="Text")
    await expect(words).to_have_value("winch")
    await words.fill("mast")
    await expect(page).to_have_url(re.compile("text=mast"))
    await expect(page.get_by_role("row", name=re.compile("Paint the mast"))).to_be_visible()
    await expect(words).to_be_focused()
    await page.get_by_role("button", name="Clear", exact=True).click()
    await expect(words).to_have_value("")
    await expect(page.get_by_role("row")).to_have_count(3)


async def test_a_task_shows_what_became_of_it_and_a_conflict_with_its_file_is_decided(
    page: Page, product: Product
) -> None:
    path, home = product.repository("moorings"), ("-p", "moorings")
    commit_tasks(product, path, "# Tasks\n\n- [ ] Splice the rope\n")
    for words in (("add", str(path)), ("set", "tasks-sync=on", *home)):
        assert product.qd("project", *words).returncode == 0
    assert product.qd("task", "sync", *home).returncode == 0
    assert product.qd("project", "set", "tasks-sync=off", *home).returncode == 0
    commit_tasks(product, path, tasks_on_main(path).replace("Splice the rope", "Splice the old rope"))
    assert product.qd("task", "edit", "T-1", "--title", "Splice both ropes", *home).returncode == 0
    await page.goto("/p/moorings/tasks/1")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Splice both ropes")

    assert product.qd("project", "set", "tasks-sync=on", *home).returncode == 0
    conflict = page.get_by_role("form", name="Conflict on title")
    await expect(conflict).to_contain_text("Splice the old rope")
    await looks_right(page)
    await conflict.get_by_label("Write another, which both get").check()
    await conflict.get_by_label("Another title").fill("Splice both old ropes")
    await conflict.get_by_role("button", name="Decide").click()
    await expect(conflict).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Splice both old ropes")

    await page.get_by_role("textbox", name="Note").fill("the **second** one is worse")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("listitem").filter(has_text="the **second** one")).to_be_visible()
    await page.get_by_role("tab", name="History").click()
    became = page.get_by_role("listitem").filter(has_text="Splice both old ropes")
    await expect(became).to_contain_text("Splice both ropes")

    await page.get_by_role("button", name="Start a session").click()
    await page.get_by_role("dialog").get_by_role("button", name="Start", exact=True).click()
    await expect(page).to_have_url(re.compile("/sessions/"))
    session = page.url.rpartition("/")[2]
    await page.get_by_role("link", name="T-1 Splice both old ropes").click()
    await page.get_by_role("tab", name="Sessions").click()
    await expect(page.get_by_role("listitem").filter(has_text="ready")).to_be_visible()
    assert product.qd("session", "close", session).returncode == 0
    await expect(page.get_by_role("listitem").filter(has_text="no commands")).to_be_visible()

    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox", name="Go to, do, search, or paste an id").fill("#T-1")
    await expect(page.get_by_role("button", name=re.compile("Task T-1: Splice"))).to_be_visible()
    await page.keyboard.press("Escape")
    await looks_right(page)
