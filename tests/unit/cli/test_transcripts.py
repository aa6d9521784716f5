"""Looking at a command that runs or has run: attach, replay, export."""

import base64
import hashlib
import json

import pytest
from tests.support.fake_gateway import FakeCommand, FakeGateway, World
from tests.support.fake_gateway.world import Ending, Json
from tests.unit.cli.conftest import QdCall


async def talks(command: FakeCommand) -> int:
    await command.prints(b"one\n")
    await command.prints(b"typed", "INPUT")
    await command.prints(b"oops\n", "ERROR")
    await command.prints(b"\xff\x1b]52;c;x\x07two\n")
    return 3


OUTPUT = b"one\noops\n\xff\x1b]52;c;x\x07two\n"


@pytest.fixture
def session(world: World) -> Json:
    return world.add_session(world.add_project("p", "/p"))


@pytest.fixture
def command(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> FakeCommand:
    """One that has ended."""
    world.programs["talk"] = talks
    qd("run", "-s", session["id"], "talk")
    return world.commands[0]


def test_attaching_to_a_command_that_ended_shows_it_all_and_exits_as_it_did(qd: QdCall, command: FakeCommand) -> None:
    ran = qd("attach", str(command.uuid))

    assert (ran.code, ran.raw, ran.raw_err) == (3, b"one\n\xff\x1b]52;c;x\x07two\n", b"oops\n")


def test_attaching_to_one_that_runs_follows_it_to_its_end(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def takes_its_time(command: FakeCommand) -> int:
        await command.prints(b"early\n")
        await command.until(lambda: world.watchers > 0)
        await command.prints(b"late\n")
        return 0

    world.programs["slow"] = takes_its_time
    qd("run", "--background", "-s", session["id"], "slow")
    world.cuts = [1]

    ran = qd("attach", str(world.commands[0].uuid))

    assert (ran.code, ran.raw) == (0, b"early\nlate\n")


def test_live_leaves_out_what_was_recorded_before(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def takes_its_time(command: FakeCommand) -> int:
        await command.prints(b"early\n")
        await command.until(lambda: world.caught_up > 0)
        await command.prints(b"late\n")
        return 0

    world.programs["slow"] = takes_its_time
    qd("run", "--background", "-s", session["id"], "slow")

    ran = qd("attach", "--live", str(world.commands[0].uuid))

    assert (ran.code, ran.raw) == (0, b"late\n")


def test_a_command_that_is_refused_while_one_watches_ends_the_watching(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    async def refused(command: FakeCommand) -> Ending:
        await command.until(lambda: world.watchers > 0)
        return Ending(state="REFUSED", why="No room.")

    world.programs["no"] = refused
    qd("run", "--background", "-s", session["id"], "no")

    ran = qd("attach", str(world.commands[0].uuid))

    assert (ran.code, "refused. No room." in ran.err) == (126, True)


def test_a_replay_is_safe_for_a_terminal(qd: QdCall, command: FakeCommand) -> None:
    ran = qd("replay", str(command.uuid), "--speed", "1000")

    assert ran.code == 0
    assert ran.raw.startswith("one\noops\n\ufffdtwo\n".encode())


@pytest.mark.parametrize("words", [("--speed", "0"), ("--speed", "nan"), ("--idle", "-1")])
def test_a_replay_that_makes_no_sense_is_refused(qd: QdCall, command: FakeCommand, words: tuple[str, str]) -> None:
    ran = qd("replay", str(command.uuid), *words)

    assert ran.code == 2
    assert "cannot be played so" in ran.err


def test_raw_is_the_output_byte_for_byte(qd: QdCall, command: FakeCommand) -> None:
    ran = qd("export", str(command.uuid), "--format", "raw")

    assert (ran.code, ran.raw) == (0, OUTPUT)


def test_jsonl_is_every_frame_and_the_command(qd: QdCall, command: FakeCommand) -> None:
    *frames, end = qd("export", str(command.uuid), "--format", "jsonl").json_lines

    assert [frame["kind"] for frame in frames] == ["OUTPUT", "INPUT", "ERROR", "OUTPUT"]
    assert base64.b64decode(frames[1]["data"]) == b"typed"
    assert end["command"]["exitCode"] == 3


def test_a_replay_begins_at_an_offset_or_a_time(qd: QdCall, command: FakeCommand) -> None:
    assert qd("replay", str(command.uuid), "--from", "6").raw.startswith("ps\n\ufffdtwo\n".encode())
    assert qd("replay", str(command.uuid), "--from", "0s").raw.startswith(b"one\noops\n")
    late = qd("replay", str(command.uuid), "--from", "1:00:00")
    assert (late.code, late.raw) == (0, b"")
    assert "Nothing was printed from there on." in late.err
    assert "Nothing was printed" in qd("replay", str(command.uuid), "--from", "4000", "--json").err
    assert qd("replay", str(command.uuid), "--from", "c3").code == 2


def test_a_replay_for_programs_is_a_line_a_frame(qd: QdCall, command: FakeCommand) -> None:
    frames = qd("replay", "--speed", "100", "--json", command.node["id"]).json_lines

    assert [frame["kind"] for frame in frames] == ["OUTPUT", "INPUT", "ERROR", "OUTPUT"]


def test_json_is_another_word_for_jsonl(qd: QdCall, command: FakeCommand) -> None:
    assert qd("export", "--json", command.node["id"]).raw == qd("export", "--format", "jsonl", command.node["id"]).raw


def test_asciicast_is_a_header_and_an_event_a_line(qd: QdCall, command: FakeCommand) -> None:
    header, *events = qd("export", str(command.uuid), "--format", "asciicast").json_lines

    assert (header["version"], header["width"], header["height"], header["command"]) == (2, 80, 24, "talk")
    assert [event[1] for event in events] == ["o", "i", "o", "o"]


def test_a_transcript_of_many_pages_is_exported_once_and_in_order(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    lines = [f"{number:08}\n".encode() * 2000 for number in range(60)]

    async def prints_much(command: FakeCommand) -> int:
        for line in lines:
            await command.prints(b"k", "INPUT")
            await command.prints(line)
        return 0

    world.programs["much"] = prints_much
    qd("run", "-s", session["id"], "much")
    name = str(world.commands[0].uuid)

    assert qd("export", name, "--format", "raw").raw == b"".join(lines)
    kinds = [json.loads(line).get("kind") for line in qd("export", name, "--format", "jsonl").raw.splitlines()]
    assert kinds == ["INPUT", "OUTPUT"] * 60 + [None]


def test_a_transcript_that_was_altered_is_said(qd: QdCall, command: FakeCommand) -> None:
    command.chunks[0]["data"] = b"ONE\n"

    ran = qd("export", str(command.uuid), "--format", "raw")

    assert ran.code == 74
    assert "is not the output that the log names" in ran.err


def erase(command: FakeCommand, first: int, until: int) -> bytes:
    """Puts a hole in what it printed, as the server does."""
    hole = b"*" * (until - first)
    for chunk in command.chunks:
        start = first - chunk["offset"]
        if chunk["kind"] in {"OUTPUT", "ERROR"} and 0 <= start < len(chunk["data"]):
            chunk["data"] = chunk["data"][:start] + hole + chunk["data"][start + len(hole) :]
    left = OUTPUT[:first] + hole + OUTPUT[until:]
    command.node["erasures"].append(
        {
            "first": first,
            "until": until,
            "reason": "a \x1b]0;password",
            "position": 42,
            "outputSha256": hashlib.sha256(left).hexdigest(),
        }
    )
    return left


def test_output_that_was_erased_is_shown_with_its_hole_and_why(qd: QdCall, command: FakeCommand) -> None:
    left = erase(command, 1, 3)
    told = "Bytes 1 to 3 of the output were erased: a \\x1b]0;password (event 42)."

    raw = qd("export", str(command.uuid), "--format", "raw")
    assert (raw.code, raw.raw) == (0, left)
    assert told in raw.err
    attached = qd("attach", str(command.uuid))
    assert (attached.code, attached.raw) == (3, b"o**\n\xff\x1b]52;c;x\x07two\n")
    assert told in attached.err
    replayed = qd("replay", str(command.uuid), "--speed", "1000")
    assert replayed.code == 0
    assert replayed.raw.startswith(b"o\r\n\x1b[7m[2 bytes were erased: a \\x1b]0;password]\x1b[m\r\n**\noops\n")
    assert told in qd("replay", str(command.uuid), "--speed", "1000", "--json").err


def test_an_erasure_does_not_excuse_output_that_is_otherwise_not_what_was_recorded(
    qd: QdCall, command: FakeCommand
) -> None:
    erase(command, 1, 3)
    command.chunks[-1]["data"] = command.chunks[-1]["data"].replace(b"two", b"tw0")
    exported = qd("export", str(command.uuid), "--format", "raw")
    assert exported.code == 74
    assert "is not the output that the log names" in exported.err
    assert qd("attach", str(command.uuid)).code == 74
