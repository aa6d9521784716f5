"""qd run."""

import base64
import os
import signal
import threading
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeCommand, FakeGateway, World
from tests.support.fake_gateway.world import Ending, Json, echo_its_input
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.commands.run import shell_text


async def both_streams(command: FakeCommand) -> int:
    await command.prints(b"\x00out\xff\r\n")
    await command.prints(b"err\x80", "ERROR")
    return 7


@pytest.fixture
def session(world: World) -> Json:
    return world.add_session(world.add_project("p", "/p"))


def test_output_comes_byte_for_byte_on_its_own_stream_and_the_exit_code_is_the_commands(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    world.programs["both"] = both_streams

    ran = qd("run", "-s", session["id"], "--", "both")

    assert (ran.code, ran.raw, ran.raw_err) == (7, b"\x00out\xff\r\n", b"err\x80")


def test_without_a_session_it_opens_one_here_and_closes_it(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))

    ran = qd("run", "--", "echo", "a b")

    assert (ran.code, ran.out) == (0, "echo 'a b'\n")
    assert [name for name, _ in world.calls if name != "sendInput"] == ["openSession", "runCommand", "closeSession"]


def test_kept_sessions_stay_open(qd: QdCall, logged_in: FakeGateway, world: World, repository: Path) -> None:
    world.add_project("here", str(repository))

    ran = qd("run", "--keep", "--", "ls")

    assert ran.code == 0
    assert "stays open" in ran.err
    assert world.sessions[0]["state"] == "READY"


@pytest.mark.parametrize(
    ("ending", "code", "words"),
    [
        (Ending(reason="SIGNALLED", signal="TERM"), 143, ""),
        (Ending(reason="SIGNALLED", signal="SIGSEGV"), 139, ""),
        (Ending(reason="TIMED_OUT", signal="KILL"), 124, "time was up"),
        (Ending(reason="CANCELLED", signal="KILL"), 130, "cancelled"),
        (Ending(reason="OUT_OF_MEMORY", signal="KILL"), 137, "out of memory"),
        (Ending(reason="TOO_MANY_PROCESSES", exit_code=254), 254, "all its processes"),
        (Ending(reason="QUOTA"), 123, "stopped by a limit of its session's files"),
        (Ending(reason="OUTPUT_LIMIT"), 123, "more than it may"),
        (Ending(reason="NOT_STARTED"), 126, "could not be started"),
        (Ending(state="LOST", why="The worker died."), 125, "lost. The worker died."),
        (Ending(state="REFUSED", why="The session closed."), 126, "refused. The session closed."),
    ],
)
def test_the_way_a_command_ends_has_its_exit_code(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json, ending: Ending, code: int, words: str
) -> None:
    async def ends(command: FakeCommand) -> Ending:
        return ending

    world.programs["it"] = ends

    ran = qd("run", "-s", session["id"], "it")

    assert ran.code == code
    assert words in ran.err


def test_options_reach_the_server(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSED", "on")

    ran = qd("run", "-s", session["id"], "--timeout", "5", "-e", "A=b=c", "-e", "PASSED", "ls", "-la", "--json")

    asked = next(asked for name, asked in world.calls if name == "runCommand")
    assert ran.code == 0
    assert asked["text"] == "ls -la --json"
    assert asked["timeoutSeconds"] == 5
    assert asked["environment"] == [{"name": "A", "value": "b=c"}, {"name": "PASSED", "value": "on"}]
    assert asked["idempotencyKey"]


@pytest.mark.parametrize(
    ("words", "text"),
    [(["git log | head; ls"], "git log | head; ls"), (["echo", "a b", "$HOME"], "echo 'a b' '$HOME'"), (["ls"], "ls")],
)
def test_one_word_is_shell_text_and_several_are_quoted(words: list[str], text: str) -> None:
    assert shell_text(words) == text


def test_in_the_background_it_prints_the_id_and_leaves_the_session_open(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))

    ran = qd("run", "--background", "sleep 9")

    assert ran.code == 0
    assert ran.out.strip() == str(world.commands[0].uuid)
    assert world.sessions[0]["state"] == "READY"


def test_piped_input_is_sent_and_then_its_end(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.programs["cat"] = echo_its_input
    sent = os.urandom(300_000)
    before, (read, write) = os.dup(0), os.pipe()
    os.dup2(read, 0)
    writer = threading.Thread(target=_write_all, args=(write, sent))
    writer.start()

    try:
        ran = qd("run", "-s", session["id"], "cat")
    finally:
        os.dup2(before, 0)
        for descriptor in (before, read):
            os.close(descriptor)
        writer.join()

    assert (ran.code, ran.raw == sent) == (0, True)


def test_a_command_gets_the_end_of_input_where_there_is_none(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    world.programs["cat"] = echo_its_input

    assert qd("run", "-s", session["id"], "cat").code == 0


def test_json_is_a_line_for_each_frame_and_one_for_the_end(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    world.programs["both"] = both_streams

    ran = qd("run", "-s", session["id"], "--json", "both")

    first, second, end = ran.json_lines
    assert (first["kind"], base64.b64decode(first["data"]), first["offset"]) == ("OUTPUT", b"\x00out\xff\r\n", 0)
    assert (second["kind"], second["offset"]) == ("ERROR", 7)
    assert (end["type"], end["command"]["exitCode"]) == ("end", 7)


def test_output_that_is_not_what_was_recorded_is_said(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def lies(command: FakeCommand) -> Ending:
        await command.prints(b"this")
        return Ending(exit_code=0, sha256="ab" * 32)

    world.programs["lie"] = lies

    ran = qd("run", "-s", session["id"], "lie")

    assert ran.code == 74
    assert "not the output recorded" in ran.err


def test_lost_output_is_said(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    async def has_a_gap(command: FakeCommand) -> int:
        await command.prints(b"before")
        await command.prints(b"the disk was full", "GAP")
        command.output += b"lost"
        await command.prints(b"after")
        return 0

    world.programs["gap"] = has_a_gap

    ran = qd("run", "-s", session["id"], "gap")

    assert (ran.code, ran.out) == (74, "beforeafter")
    assert "Output is lost here: the disk was full" in ran.err


def test_a_cut_socket_loses_nothing_and_repeats_nothing(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    lines = [f"line {number}\n".encode() for number in range(200)]

    async def counts(command: FakeCommand) -> int:
        for line in lines:
            await command.prints(line)
        return 0

    world.programs["count"] = counts
    world.cuts = [0, 1, 3, 10, 60]

    ran = qd("run", "-s", session["id"], "count")

    assert (ran.code, ran.raw) == (0, b"".join(lines))
    assert world.cuts == []
    assert f"The server at {logged_in.url} broke off the connection. Trying again …" in ran.err


def test_a_server_that_goes_away_is_told_once(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    async def outlives_its_sockets(command: FakeCommand) -> int:
        await command.until(lambda: world.caught_up == 1 and command.input_ended)
        await logged_in.cut_all()
        await command.until(lambda: world.caught_up == 2)
        await command.prints(b"on")
        return 0

    world.programs["outlive"] = outlives_its_sockets

    ran = qd("run", "-s", session["id"], "outlive")

    assert (ran.code, ran.raw) == (0, b"on")
    assert ran.err.count("Trying again") == 1
    assert ran.err.count("Connected again; nothing is lost.") == 1


def test_a_command_whose_loss_was_a_stopping_servers_last_word_is_lost(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_lost(command: FakeCommand) -> Ending:
        await command.until(lambda: command.input_ended)
        world.http_faults = [503] * 5
        return Ending(state="LOST", why="The worker was stopped.")

    monkeypatch.setattr("quarterdeck_cli.client.FIRST_PAUSE", 0.001)
    world.programs["lost"] = is_lost

    ran = qd("run", "-s", session["id"], "lost")

    assert ran.code == 125
    assert ran.err.startswith("error: The command was lost: The worker was stopped.\nnext:  The server at")
    assert "cancelCommand" not in [name for name, _ in world.calls]


def test_a_server_error_while_asking_is_tried_again(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    world.http_faults = [503, 502]

    assert qd("run", "-s", session["id"], "ls").out == "ls\n"


def test_a_session_that_cannot_be_provisioned_says_why_and_what_to_do(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))
    world.provisioning = "failed"

    ran = qd("run", "ls")

    assert ran.code == 125
    assert "error: The session could not be provisioned: There is no bubblewrap." in ran.err
    assert "next:  Install it." in ran.err


def test_outside_a_repository_it_says_what_to_do(qd: QdCall, logged_in: FakeGateway) -> None:
    ran = qd("run", "ls")

    assert ran.code == 78
    assert "is in no git repository" in ran.err
    assert "-p" in ran.err


def test_a_repository_without_a_project_says_what_to_do(qd: QdCall, logged_in: FakeGateway, repository: Path) -> None:
    ran = qd("run", "ls")

    assert ran.code == 78
    assert "qd project add ." in ran.err


def test_input_that_cannot_be_delivered_ends_the_command(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def waits(command: FakeCommand) -> int:
        await command.until(lambda: False)
        return 0

    world.programs["wait"] = waits
    world.failures["sendInput"] = {"code": "UNAVAILABLE", "message": "No worker answers."}

    ran = qd("run", "-s", session["id"], "wait")

    assert ran.code == 69
    assert "No worker answers." in ran.err
    assert "cancelCommand" in [name for name, _ in world.calls]


def test_who_leaves_while_a_command_is_asked_for_takes_it_back(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def waits(command: FakeCommand) -> int:
        await command.until(lambda: command.cancelled)
        return 130

    async def leave() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    world.programs["wait"] = waits
    world.before_answers["runCommand"] = leave

    ran = qd("run", "-s", session["id"], "wait")

    assert ran.code == 130
    assert world.commands[0].cancelled


def test_a_refused_request_names_the_reason(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    world.failures["runCommand"] = {"code": "INVALID_INPUT", "message": "The command is empty.", "nextStep": "Say it."}

    ran = qd("run", "-s", session["id"], "ls")

    assert (ran.code, ran.err) == (2, "error: The command is empty.\nnext:  Say it.\n")


def test_a_command_that_may_run_all_the_same_is_said(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    world.failures["runCommand"] = {"code": "UNAVAILABLE", "message": "The read model is behind."}

    ran = qd("run", "-s", session["id"], "ls")

    assert ran.code == 69
    assert "may run all the same: see `qd command list -s" in ran.err


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_command_opens_no_session(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path, text: str
) -> None:
    world.add_project("here", str(repository))

    ran = qd("run", "--", text)

    assert ran.code == 2
    assert "The command is empty." in ran.err
    assert world.calls == []


@pytest.mark.parametrize("pair", ["=b", "NOT_SET_ANYWHERE"])
def test_a_bad_variable_is_refused_before_anything_runs(
    qd: QdCall, logged_in: FakeGateway, world: World, pair: str
) -> None:
    ran = qd("run", "-e", pair, "ls")

    assert ran.code == 2
    assert "--env NAME=VALUE" in ran.err
    assert world.calls == []


def test_a_closed_pipe_ends_the_command_as_a_shell_would(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def goes_on(command: FakeCommand) -> int:
        while not command.cancelled:
            await command.prints(b"y\n" * 1000)
        return 0

    world.programs["yes"] = goes_on
    before, (read, write) = os.dup(1), os.pipe()
    os.close(read)
    os.dup2(write, 1)
    try:
        ran = qd("run", "-s", session["id"], "yes")
    finally:
        os.dup2(before, 1)
        for descriptor in (before, write):
            os.close(descriptor)

    assert ran.code == 141
    assert world.commands[0].cancelled


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.close(descriptor)


def test_a_session_that_cannot_be_closed_does_not_change_the_exit_code(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))
    world.failures["closeSession"] = {"code": "UNAVAILABLE", "message": "The log is full."}

    ran = qd("run", "ls")

    assert ran.code == 0
    assert "could not be closed: The log is full." in ran.err
