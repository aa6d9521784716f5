"""Views that follow what happens."""

import asyncio
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.budgets import add_budget
from tests.support.fake_gateway.tasks import add_task
from tests.support.fake_gateway.world import NOW
from tests.unit.cli.repl.conftest import Started

from quarterdeck_cli import ids
from quarterdeck_cli.watching.changes import changes, told
from quarterdeck_cli.watching.page import Choice, page
from quarterdeck_cli.watching.views import SESSIONS, Row

pytestmark = pytest.mark.xdist_group("terminal")

ROWS: list[Row] = [
    ("4f2a91cc", "deck", "ready", "10:00", "ada", "Mend the sails"),
    ("0b77e1aa", "hull", "queued, 2nd", "11:00", "bob", "Scrub\x1b[2J"),
    ("91ccaa00", "deck", "paused", "12:00", "ada", "\u5e06" * 60),
]


def lines(choice: Choice, rows: list[Row] = ROWS, *, width: int = 80, height: int = 8) -> list[str]:
    return "".join(text for _, text in page(SESSIONS, rows, choice, "", width=width, height=height)).split("\n")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_page_is_as_large_as_the_terminal_and_never_larger(width: int) -> None:
    from rich.cells import cell_len

    shown = lines(Choice(), width=width)

    assert len(shown) == 8
    assert max(map(cell_len, shown)) <= width
    assert shown[0].startswith("sessions  3")
    assert shown[1].split()[:3] == ["ID", "PROJECT", "STATE"]
    assert shown[-1].startswith("q quit")


def test_foreign_text_is_made_safe() -> None:
    assert "\x1b" not in "".join(lines(Choice(), width=200))
    assert "Scrub\\x1b[2J" in lines(Choice(), width=200)[3]


@pytest.mark.parametrize(
    ("choice", "ids_shown"),
    [
        (Choice(), ["4f2a91cc", "0b77e1aa", "91ccaa00"]),
        (Choice(sorted_by=0), ["0b77e1aa", "4f2a91cc", "91ccaa00"]),
        (Choice(sorted_by=3, backwards=True), ["91ccaa00", "0b77e1aa", "4f2a91cc"]),
        (Choice(backwards=True), ["91ccaa00", "0b77e1aa", "4f2a91cc"]),
        (Choice(filter="DECK"), ["4f2a91cc", "91ccaa00"]),
        (Choice(top=99), ["4f2a91cc", "0b77e1aa", "91ccaa00"]),
    ],
)
def test_rows_are_sorted_and_filtered(choice: Choice, ids_shown: list[str]) -> None:
    assert [line.split()[0] for line in lines(choice)[2:-1] if line.strip()] == ids_shown


def test_a_page_scrolls_to_its_last_row_and_not_beyond() -> None:
    choice = Choice(top=99)

    assert [line.split()[0] for line in lines(choice, height=5)[2:-1]] == ["0b77e1aa", "91ccaa00"]
    assert choice.top == 1


def test_an_empty_view_and_a_filter_that_nothing_fits_say_so() -> None:
    assert "No session is open." in lines(Choice(), [])[2]
    assert "Nothing fits the filter." in lines(Choice(filter="zzz"))[2]


def test_what_changed_is_told_in_a_line_each() -> None:
    after = [ROWS[0], (*ROWS[1][:2], "ready", *ROWS[1][3:]), ("ffff0000", "deck", "opening", "13:00", "ada", "New")]

    assert [told(each, SESSIONS.columns) for each in changes(ROWS, after)] == [
        "changed 0b77e1aa: state queued, 2nd → ready",
        "new ffff0000: project deck, state opening, opened 13:00, owner ada, title New",
        "gone 91ccaa00",
    ]
    assert [*changes(ROWS, ROWS)] == []


def opened(world: World, gateway: FakeGateway, title: str) -> dict[str, Any]:
    session = world.add_session(world.projects[0], title=title)
    assert gateway.loop is not None
    asyncio.run_coroutine_threadsafe(world.append("SessionOpened", session["uuid"], session), gateway.loop).result(10)
    return session


def test_a_watch_follows_sorts_filters_and_leaves_the_terminal_as_it_was(
    started: Started, world: World, gateway: FakeGateway, session: dict[str, Any]
) -> None:
    screen = started("watch", "sessions", columns=80, rows=12)
    screen.shows("sessions  1", "Mend the sails")

    opened(world, gateway, "Scrub the deck")
    screen.shows("sessions  2", "Scrub the deck")
    screen.type("/scr")
    screen.shows("1 of 2", "filter: scr", gone="Mend the sails")
    screen.type("\r")
    screen.shows("q quit")
    screen.type("\x1b")
    screen.shows("Mend the sails")
    screen.type("s")
    screen.shows("ID▲")
    screen.resize(60, 20)
    screen.shows("Scrub")
    screen.type("q")

    assert screen.ended() == 0
    assert screen.raw.rstrip().count(b"\x1b[?1049h") == 1


def test_a_plain_watch_prints_what_changes(
    started: Started, world: World, gateway: FakeGateway, session: dict[str, Any]
) -> None:
    screen = started("watch", "sessions", "--plain")
    screen.shows(f"new {ids.short(session['id'])}: project deck", "title Mend the sails")

    other = opened(world, gateway, "Scrub the deck")
    screen.shows(f"new {ids.short(other['id'])}: project deck", "title Scrub the deck")
    screen.type("\x03")

    assert screen.ended() == 130


def test_a_view_says_that_it_looks_before_it_says_that_there_is_nothing() -> None:
    assert "Looking" in "".join(text for _, text in page(SESSIONS, None, Choice(), "", width=80, height=8))


def test_what_can_be_spared_makes_room_for_what_a_row_is() -> None:
    rows: list[Row] = [("4f2a91cc", "quarterdeck", "ready", "10:00:00", "ada", "Mend the sails of the mizzen mast")]

    assert lines(Choice(), rows, width=100)[1].split() == [*SESSIONS.columns]
    narrow = lines(Choice(sorted_by=4), rows, width=60)
    assert narrow[1].split() == ["ID", "PROJECT", "STATE", "TITLE"]
    assert "Mend the sails of the mizz" in narrow[2]


def test_budgets_are_drawn_by_whom_they_are_for_and_those_that_ask_stand_out(
    started: Started, world: World, session: dict[str, Any]
) -> None:
    home = world.projects[0]
    task = add_task(world, home, "Fix the pump")
    add_budget(world, home, spent="2.5")
    add_budget(world, home, spent="9", covers="TASK", subjectId=task["id"], every="MONTH")
    add_budget(world, home, spent="11", asks={"since": NOW, "wanted": None, "answers": []}, now={"standing": "ASKING"})

    screen = started("watch", "budgets", "-p", "deck", columns=100, rows=12)
    text = screen.shows("budgets  3", "███·········", "25%   project deck", "$7.50 of $10.00")
    assert "near   ███████████·  90%   task T-1" in text
    assert "asks   ███████████▶  110%" in text
    screen.resize(60, 12)
    screen.shows("task T-1", "110%", gone="$7.50")
    screen.type("q")
    assert screen.ended() == 0


@pytest.mark.parametrize("view", ["commands", "tasks", "queue", "alerts"])
def test_every_view_answers(started: Started, session: dict[str, Any], world: World, view: str) -> None:
    world.add_command(session, {"text": "sleep 9"})
    screen = started("watch", view, columns=60, rows=12)

    screen.shows(view, "q quit")
    screen.type("q")
    assert screen.ended() == 0
