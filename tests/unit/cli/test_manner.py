"""`--quiet` and `--plain`, which every command has."""

from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids
from quarterdeck_cli.app import make_app
from quarterdeck_cli.command_tree import command_of


def leaves(command: Any, path: str = "qd") -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(path, command)]
    return [leaf for name, each in inner.items() for leaf in leaves(each, f"{path} {name}")]


def test_every_command_has_them() -> None:
    for path, command in leaves(command_of(make_app())):
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--quiet", "--plain"} <= options, path


def test_a_quiet_list_is_its_ids_alone(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/p"), title="mine")

    ran = qd("session", "list", "--quiet")

    assert ran.out == f"{ids.short(session['id'])}\n"
    assert ran.err == ""


def test_quiet_leaves_out_notes_and_keeps_errors(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/p"))

    assert qd("session", "close", session["id"], "--quiet").err == ""
    assert qd("project", "list", "--quiet").code == 0
    failed = qd("session", "show", "ffffffff", "--quiet")
    assert failed.code == 66
    assert failed.err.startswith("error: ")


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_plain_list_names_each_cell(
    qd: QdCall, logged_in: FakeGateway, world: World, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    session = world.add_session(world.add_project("p", "/p"), title="mine\x1b[2J")
    if by == "environment":
        monkeypatch.setenv("QD_PLAIN", "1")

    ran = qd("session", "list", *(["--plain"] if by == "option" else []))

    assert ran.out.startswith(f"id {ids.short(session['id'])}, project p, state ready, ")
    assert ran.out.endswith(", title mine\\x1b[2J\n")


def test_before_a_command_they_are_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    ran = qd("--quiet", "session", "list")

    assert ran.code == 2
    assert "write it after the command" in ran.err
