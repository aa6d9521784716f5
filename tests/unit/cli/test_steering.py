"""Input and sizes for commands that run, from scripts."""

import os
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeCommand, FakeGateway, World
from tests.unit.cli.conftest import QdCall


@pytest.fixture
def plain(world: World, logged_in: FakeGateway) -> FakeCommand:
    return world.add_command(world.add_session(world.add_project("p", "/p")), {"text": "cat"})


@pytest.fixture
def on_terminal(world: World, logged_in: FakeGateway) -> FakeCommand:
    asked = {"text": "vim", "terminal": {"columns": 80, "rows": 24}}
    return world.add_command(world.add_session(world.add_project("p", "/p")), asked)


@pytest.fixture
def standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that `qd` reads as its standard input."""
    path = tmp_path / "input"
    path.write_bytes(b"")
    monkeypatch.setattr("quarterdeck_cli.running.terminal.STDIN", os.open(path, os.O_RDONLY))
    return path


def test_a_line_is_sent_as_its_reader_expects_it(qd: QdCall, plain: FakeCommand, on_terminal: FakeCommand) -> None:
    qd("command", "input", plain.node["id"], "yes")
    qd("command", "input", on_terminal.node["id"], ":wq")
    ran = qd("command", "input", on_terminal.node["id"], "x", "-n")

    assert plain.inputs == [b"yes\n"]
    assert on_terminal.inputs == [b":wq\r", b"x"]
    assert ran.err.startswith("Sent 1 bytes to command ")


def test_standard_input_is_sent_as_it_is_and_its_end_when_asked_for(
    qd: QdCall, plain: FakeCommand, standard_input: Path
) -> None:
    data = bytes(range(256)) * 1000
    standard_input.write_bytes(data)

    ran = qd("command", "input", plain.node["id"], "--end", "--json")

    assert b"".join(plain.inputs) == data
    assert plain.input_ended
    assert ran.json == {"command": plain.node["id"], "bytes": len(data), "end": True}


def test_a_command_that_has_ended_takes_no_input_which_is_said(qd: QdCall, plain: FakeCommand) -> None:
    plain.complete = True

    ran = qd("command", "input", plain.node["id"], "late")

    assert ran.code == 75
    assert "This command has ended." in ran.err


def test_a_paused_session_takes_no_input_which_is_said(qd: QdCall, plain: FakeCommand) -> None:
    plain.session["state"] = "PAUSED"

    assert qd("command", "input", plain.node["id"], "x").code == 75
    assert plain.inputs == []


def test_input_that_may_have_arrived_is_not_sent_again(qd: QdCall, plain: FakeCommand, world: World) -> None:
    ran_before = len(world.calls)
    world.cut_answers = ["sendInput"]

    ran = qd("command", "input", plain.node["id"], "once")

    assert ran.code == 69
    assert "0 bytes had been sent before. What was being sent may have arrived." in ran.err
    assert [name for name, _ in world.calls[ran_before:]].count("sendInput") == 1


def test_what_waits_is_listed_with_its_place_and_reason(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    assert "Nothing waits." in qd("queue", "list").err
    project = world.add_project("p", "/p")
    ready = world.add_session(project)
    command = world.add_command(ready, {"text": "make\x1b[2J"})
    command.node["queue"] = {"position": 2, "reason": "all 4 slots are taken"}
    world.add_session(project, state="QUEUED", title="later")["queue"] = {"position": 1, "reason": "no worker has room"}

    listed = qd("queue", "list", "--json").json
    shown = qd("queue", "list", "-p", "p").out

    assert [(each["kind"], each["position"], each["reason"]) for each in listed] == [
        ("session", 1, "no worker has room"),
        ("command", 2, "all 4 slots are taken"),
    ]
    assert r"make\x1b[2J" in shown
    assert "\x1b" not in shown


def test_a_terminal_is_given_another_size(qd: QdCall, on_terminal: FakeCommand) -> None:
    assert "of 120 x 40" in qd("command", "resize", on_terminal.node["id"], "120x40").err
    assert qd("command", "resize", on_terminal.node["id"], "90x20", "--json").json["terminal"] == {
        "columns": 90,
        "rows": 20,
    }
    assert on_terminal.sizes == [(120, 40), (90, 20)]


@pytest.mark.parametrize("size", ["big", "120", "120x", "x40", "120x40x2", "99999x2"])
def test_a_size_that_is_none_is_refused(qd: QdCall, on_terminal: FakeCommand, size: str) -> None:
    assert qd("command", "resize", on_terminal.node["id"], size).code == 2


def test_enter_is_not_left_out_of_what_is_not_typed(qd: QdCall, plain: FakeCommand) -> None:
    assert qd("command", "input", plain.node["id"], "-n").code == 2
