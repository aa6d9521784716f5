"""Long answers, and colours in tables."""

from typing import Any

import pytest
from tests.support.fake_gateway import World
from tests.unit.cli.repl.conftest import Started
from tests.unit.cli.test_snapshots import changed, diff, uuid
from tests.unit.cli.test_snapshots import paged as pages_of

from quarterdeck_cli.paging import paged, pager
from quarterdeck_cli.state_words import mark

pytestmark = pytest.mark.xdist_group("terminal")


@pytest.mark.parametrize(
    ("chosen", "program"),
    [
        ({"PAGER": ""}, None),
        ({"PAGER": "cat"}, None),
        ({"PAGER": "no-such-pager"}, None),
        ({"PAGER": "'"}, None),
        ({"PAGER": "head -n 3"}, ["head", "-n", "3"]),
    ],
)
def test_the_pager_is_the_users(chosen: dict[str, str], program: list[str] | None) -> None:
    assert pager(chosen) == program


def test_a_pager_that_cannot_be_started_pages_nothing() -> None:
    assert not paged(b"x", ["/no/such/pager"])


@pytest.mark.parametrize(
    ("column", "text", "looks"),
    [
        ("STATE", "ready", "good"),
        ("STATE", "queued, 2nd", "waits"),
        ("STATE", "● firing", "bad"),
        ("STATE▲", "lost", "bad"),
        ("STATE", "exit 2", ""),
        ("STATE", "", ""),
        ("TITLE", "ready", ""),
    ],
)
def test_a_state_looks_alike_everywhere_and_other_words_are_left_alone(column: str, text: str, looks: str) -> None:
    assert mark(column, text) == looks


def test_what_is_longer_than_the_terminal_is_paged_and_what_fits_is_not(
    started: Started, world: World, session: dict[str, Any]
) -> None:
    for number in range(40):
        world.add_session(world.projects[0], title=f"voyage {number}")

    screen = started("session", "list", columns=80, rows=12, PAGER="less")
    screen.shows("ID", "voyage 39", ":")
    assert "voyage 20" not in screen.text
    screen.type("G")
    screen.shows("Mend the sails", "(END)")
    screen.type("q")
    assert screen.ended() == 0

    whole = started("session", "list", columns=80, rows=60, PAGER="less")
    assert whole.ended() == 0


def test_a_diff_of_several_pages_is_paged_as_one(started: Started, world: World, session: dict[str, Any]) -> None:
    command = world.add_command(session, {"text": "edit"}).node
    files = [changed(f"file{number:02}") for number in range(20)]
    command["diff"] = pages_of({None: diff(*files[:10], cursor="x"), "x": diff(*files[10:])})

    screen = started("diff", uuid(command), columns=80, rows=12, PAGER="less")

    screen.shows("modified: file00", ":")
    assert "file10" not in screen.text
    screen.type("G")
    screen.shows("modified: file19", "(END)")
    screen.type("q")
    assert screen.ended() == 0


def test_long_help_is_paged_and_what_fits_is_not(started: Started, session: dict[str, Any]) -> None:
    screen = started("help", columns=80, rows=12, PAGER="less -R")
    screen.shows("Usage: qd", ":")
    screen.type("G")
    screen.shows("(END)")
    screen.type("q")
    assert screen.ended() == 0
    assert "Usage: qd completion" in started("help", "completion", columns=80, rows=40, PAGER="less").shows("Usage")
