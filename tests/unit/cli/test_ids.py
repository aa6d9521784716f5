"""Ids as people type them."""

from uuid import UUID

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids

ONE = UUID("01932b5e-0000-7000-8000-0000deadbeef")
OTHER = UUID("01932b5e-0000-7000-8000-0001deadbeef")


@pytest.mark.parametrize("text", [ids.global_id("Session", ONE), str(ONE), ONE.hex, "0000deadbeef", "0000-DEADBEEF"])
def test_a_session_is_known_by_each_spelling_of_its_id(
    qd: QdCall, logged_in: FakeGateway, world: World, text: str
) -> None:
    project = world.add_project("p", "/p")
    wanted = world.add_session(project, uuid=ONE, title="wanted")
    world.add_session(project, uuid=OTHER, title="other")

    assert qd("session", "show", text, "--json").json["id"] == wanted["id"]


def test_an_ambiguous_id_lists_the_candidates(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    project = world.add_project("p", "/p")
    for uuid in (ONE, OTHER):
        world.add_session(project, uuid=uuid)

    ran = qd("session", "show", "beef")

    assert ran.code == 2
    assert str(ONE) in ran.err
    assert str(OTHER) in ran.err
    assert "more of its digits" in ran.err


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("abcd", 66, "No session among the last"),
        ("bee", 2, "is no session id"),
        ("what?", 2, "is no session id"),
        ("\x1b[31mbeef", 2, r"\x1b[31mbeef"),
        (ids.global_id("Command", ONE), 2, "is the id of a command"),
        (str(ONE), 66, "There is no such session"),
    ],
)
def test_an_id_that_fits_nothing_is_explained(
    qd: QdCall, logged_in: FakeGateway, text: str, code: int, words: str
) -> None:
    ran = qd("session", "show", text)

    assert ran.code == code
    assert words in ran.err


def test_a_command_is_found_by_the_end_of_its_id(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/p"))
    world.add_command(session, {"text": "one"}, ONE)
    world.add_command(session, {"text": "other"}, OTHER)

    assert qd("command", "show", "0001deadbeef", "--json").json["text"] == "other"


def test_a_project_is_known_by_its_name(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.add_project("beef", "/a")
    world.add_project("other", "/b")

    assert qd("project", "show", "beef", "--json").json["repository"] == "/a"


def test_an_id_is_shown_by_its_last_eight_digits() -> None:
    assert ids.short(ids.global_id("Session", ONE)) == "deadbeef"
