"""qd session fork and restore."""

from collections.abc import Callable

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import FakeCommand
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids


@pytest.fixture
def command(world: World) -> FakeCommand:
    return world.add_command(world.add_session(world.add_project("p", "/p"), title="mine"), {"text": "make"})


def test_a_session_is_forked_after_a_command(
    qd: QdCall, logged_in: FakeGateway, world: World, command: FakeCommand
) -> None:
    source = world.sessions[0]

    ran = qd("session", "fork", ids.short(source["id"]), "--at", ids.short(command.node["id"]))

    fork = world.sessions[0]
    assert (ran.code, ran.out.strip()) == (0, str(fork["uuid"]))
    assert (fork["title"], fork["forkedFrom"]["moment"]) == ("mine", "AFTER")
    shown = qd("session", "show", ran.out.strip()).out
    assert f"from session {ids.short(source['id'])}, after command {ids.short(command.node['id'])}" in shown


def test_a_session_is_forked_where_it_is_now(
    qd: QdCall, logged_in: FakeGateway, world: World, command: FakeCommand
) -> None:
    source = world.sessions[0]

    ran = qd("session", "fork", str(source["uuid"]), "--title", "other", "--json")

    assert ran.json["forkedFrom"] == {"sessionId": source["id"], "commandId": None, "moment": "AFTER"}
    assert ran.json["title"] == "other"


def test_files_are_restored_and_how_many_is_said(
    qd: QdCall, logged_in: FakeGateway, world: World, command: FakeCommand
) -> None:
    session, before = str(world.sessions[0]["uuid"]), ids.short(command.node["id"])

    ran = qd("session", "restore", session, "--before", before)

    assert (ran.code, ran.err) == (0, "Restored: 1 file changed.\n")
    assert world.calls[-1][1]["at"] == {"commandId": command.node["id"], "moment": "BEFORE"}
    world.restoring = ("WorkspaceRestored", {"files_changed": 2, "shell": False})
    assert "were not kept of that point" in qd("session", "restore", session, "--at", before).err
    assert qd("session", "restore", session, "--at", before, "--json").json == {
        "session": world.sessions[0]["id"],
        "filesChanged": 2,
        "shell": False,
    }


def test_a_restore_that_fails_is_said_with_what_to_do(
    qd: QdCall, logged_in: FakeGateway, world: World, command: FakeCommand
) -> None:
    world.restoring = ("WorkspaceRestoreFailed", {"reason": "1 command runs in the session.", "next_step": "Wait."})

    ran = qd("session", "restore", str(world.sessions[0]["uuid"]), "--at", ids.short(command.node["id"]))

    assert ran.code == 75
    assert ran.err == "error: Not restored: 1 command runs in the session.\nnext:  Wait.\n"


def test_a_session_that_is_closed_meanwhile_is_not_waited_for(
    qd: QdCall, logged_in: FakeGateway, world: World, command: FakeCommand
) -> None:
    session = world.sessions[0]
    world.restoring = ("SessionClosed", {"detail": "by hand"})
    world.restored_stream = session["uuid"]

    ran = qd("session", "restore", str(session["uuid"]), "--at", ids.short(command.node["id"]))

    assert (ran.code, "The session was closed: by hand." in ran.err) == (125, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "COMMAND", "--before", "COMMAND"), "Both --at and --before were given."),
        ((), "No point was given."),
    ],
)
def test_a_point_is_one(
    qd: QdCall, logged_in: FakeGateway, world: World, command: FakeCommand, words: tuple[str, ...], said: str
) -> None:
    fill: Callable[[str], str] = lambda word: ids.short(command.node["id"]) if word == "COMMAND" else word  # noqa: E731

    ran = qd("session", "restore", str(world.sessions[0]["uuid"]), *map(fill, words))

    assert (ran.code, said in ran.err) == (2, True)
