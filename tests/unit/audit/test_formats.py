"""The record in other programs' formats, read back by libraries that know these."""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from atif import Trajectory
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from tests.support.records import SESSION, RecordMaker

from quarterdeck.application.frames import RESIZE, Frame, FrameKind
from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.formats import cloudevents, trajectory
from quarterdeck.audit.formats.writing import Form, Written, write
from quarterdeck.audit.records import from_bundle
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.records.part import Part
from quarterdeck.domain.command import CommandRequested, Terminal
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict, network_access_id
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens

OF_SESSION = Part(scope=Scope.SESSION, id=SESSION)
ESCAPES = "\x1b]52;c;aGk=\x07<script>alert(1)</script>\u202e"


@pytest.fixture
def record() -> RecordMaker:
    maker = RecordMaker()
    maker.open()
    maker.command(
        1,
        "ls",
        [
            Frame(FrameKind.OUTPUT, 0, 1_000_000, b"a\xc3"),
            Frame(FrameKind.RESIZE, 2, 1_200_000, RESIZE.pack(100, 40)),
            Frame(FrameKind.OUTPUT, 2, 1_500_000, b"\xa4\r\n"),
            Frame(FrameKind.END, 5, 1_500_000, b""),
        ],
        terminal=Terminal(columns=90, rows=30),
        exit_code=3,
    )
    maker.command(2, "true")
    maker.add(
        UUID(int=9),
        ModelUsageRecorded(
            project_id=UUID(int=1),
            provider="openai",
            response_id="r1",
            model="gpt-5",
            tokens=Tokens(input_tokens=100, cache_read_input_tokens=40, output_tokens=20),
        ),
    )
    refused = NetworkAccessDecided(
        session_id=SESSION,
        number=1,
        decided_at=maker.rows[0].envelope.recorded_at,
        host="evil.example",
        port=443,
        verdict=Verdict.REFUSED,
        rule="",
        reason="not on the list",
        address="",
        bytes_up=0,
        bytes_down=0,
    )
    maker.add(network_access_id(SESSION), refused)
    maker.command(3, f"echo {ESCAPES}", [Frame(FrameKind.OUTPUT, 0, 5, ESCAPES.encode() + b"\xff")])
    maker.close()
    return maker


def made(record: RecordMaker, folder: Path, form: Form, part: Part = OF_SESSION) -> tuple[Path, Written]:
    out, bundle = folder / "out", record.bundle(folder / "record")
    return out, write(form, out, from_bundle.entries(bundle), part)


def test_a_bundle_gives_each_event_in_order_and_a_transcript_at_its_commands_end(
    record: RecordMaker, tmp_path: Path
) -> None:
    found: list[tuple[int, bytes | None]] = []
    for entry in from_bundle.entries(record.bundle(tmp_path / "b", members=100)):
        printed = None if entry.frames is None else b"".join(each.data for each in entry.frames)
        found.append((entry.row.position, printed))
    assert [position for position, _ in found] == [row.position for row in record.rows]
    assert [position for position, printed in found if printed is not None] == [5, 13]


def test_transcripts_that_nobody_reads_are_skipped(record: RecordMaker, tmp_path: Path) -> None:
    assert len(list(from_bundle.entries(record.bundle(tmp_path / "b")))) == len(record.rows)


def test_events_are_lines_of_their_own_as_the_list_of_events_has_them(record: RecordMaker, tmp_path: Path) -> None:
    out, written = made(record, tmp_path, Form.JSONL)
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert len(lines) == written.events == len(record.rows)
    assert lines[2]["topic"] == "CommandRequested"
    assert lines[2]["streamId"] == str(record.rows[2].stream_id)
    assert sha256(lines[2]["payload"].encode()).hexdigest() == lines[2]["payloadDigest"]


def read_back(line: bytes) -> Any:
    message = HTTPMessage({"content-type": "application/cloudevents+json"}, line)
    return from_structured_event(message)


def test_cloudevents_are_what_their_own_library_reads(record: RecordMaker, tmp_path: Path) -> None:
    out, _ = made(record, tmp_path, Form.CLOUDEVENTS)
    events = [read_back(line) for line in out.read_bytes().splitlines()]
    third = events[2]
    assert len({(event.get_source(), event.get_id()) for event in events}) == len(record.rows)
    assert third.get_type() == "quarterdeck.CommandRequested.v1"
    assert third.get_subject() == str(record.rows[2].stream_id)
    assert third.get_time() == record.rows[2].envelope.recorded_at
    assert third.get_extension("position") == "3"
    assert third.get_extension("digest") == record.rows[2].digest.hex()
    assert third.get_data()["text"] == "ls"
    sequences = [event.get_extension("sequence") for event in events]
    assert sequences == sorted(sequences)


def test_an_erased_payload_is_a_hole_in_each_format(record: RecordMaker, tmp_path: Path) -> None:
    record.rows[2] = replace(record.rows[2], payload=None)
    bundle = record.bundle(tmp_path / "record")
    for form in Form:
        assert write(form, tmp_path / form, from_bundle.entries(bundle), OF_SESSION).erased == 1
    because = {3: "a token leaked"}
    write(Form.CLOUDEVENTS, tmp_path / "told", from_bundle.entries(bundle), OF_SESSION, because)
    erased = json.loads((tmp_path / "told").read_bytes().splitlines()[2])
    assert erased["erasedreason"] == "a token leaked"
    assert erased["erased"] is True
    assert "data" not in erased
    [step] = [
        each
        for each in json.loads((tmp_path / Form.ATIF).read_bytes())["steps"]
        if each["message"].endswith("(erased)")
    ]
    assert step["extra"]["position"] == 3


@pytest.mark.parametrize(
    ("payload", "data"), [(b'{"a":\n1}', '"data":{"a": 1}'), (b"{oops", '"data":"{oops"'), (b"\xff", '"data":"\ufffd"')]
)
def test_a_payload_from_anywhere_never_breaks_a_line(record: RecordMaker, payload: bytes, data: str) -> None:
    [line] = cloudevents.lines(iter([Entry(row=replace(record.rows[0], payload=payload))]), {})
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert data in line.decode()
    read_back(line)


def recordings(folder: Path) -> dict[str, list[Any]]:
    return {
        each.relative_to(folder).as_posix(): [json.loads(line) for line in each.read_bytes().splitlines()]
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def test_recordings_are_one_file_for_each_command_that_printed(record: RecordMaker, tmp_path: Path) -> None:
    out, written = made(record, tmp_path, Form.ASCIICAST)
    found = recordings(out)
    assert list(found) == ["000001-0000d001.cast", "000002-0000d003.cast"]
    assert written.recordings == 2
    header, *events = found["000001-0000d001.cast"]
    assert header["version"] == 3
    assert header["term"] == {"cols": 90, "rows": 30, "type": "xterm-256color"}
    assert header["command"] == "ls"
    assert events == [[1.0, "o", "a"], [0.2, "r", "100x40"], [0.3, "o", "ä\r\n"], [0.0, "x", "3"]]


def test_recordings_of_several_sessions_lie_in_a_folder_each(record: RecordMaker, tmp_path: Path) -> None:
    out, _ = made(record, tmp_path, Form.ASCIICAST, Part())
    assert list(recordings(out)) == [f"{SESSION}/000001-0000d001.cast", f"{SESSION}/000002-0000d003.cast"]


def trajectory_of(record: RecordMaker, folder: Path) -> Any:
    out, _ = made(record, folder, Form.ATIF)
    return Trajectory.model_validate_json(out.read_bytes())


def test_a_session_is_a_trajectory_that_the_formats_own_model_takes(record: RecordMaker, tmp_path: Path) -> None:
    told = trajectory_of(record, tmp_path)
    assert told.session_id == str(SESSION)
    calls = [step for step in told.steps if step.tool_calls]
    assert [step.tool_calls[0].arguments["command"] for step in calls] == ["ls", "true", f"echo {ESCAPES}"]
    assert calls[0].observation.results[0].content == "aä\r\n"
    assert calls[0].observation.results[0].extra["exit_code"] == 3
    assert calls[0].llm_call_count == 0
    [model] = [step for step in told.steps if step.metrics]
    assert (model.model_name, model.metrics.prompt_tokens, model.metrics.cached_tokens) == ("gpt-5", 100, 40)
    assert (told.final_metrics.total_steps, told.final_metrics.total_completion_tokens) == (len(told.steps), 20)
    assert "Network access decided: refused evil.example:443: not on the list" in [step.message for step in told.steps]


def test_a_command_that_still_runs_and_one_whose_request_is_elsewhere_are_in_a_trajectory(tmp_path: Path) -> None:
    record = RecordMaker()
    record.command(1, "lost request", [Frame(FrameKind.OUTPUT, 0, 0, b"x")])
    del record.rows[:1]
    asked = CommandRequested(session_id=SESSION, project_id=UUID(int=1), text="sleep")
    record.add(UUID(int=77), asked)
    told = trajectory_of(record, tmp_path)
    shown = [
        (s.tool_calls[0].arguments["command"], s.observation.results[0].content) for s in told.steps if s.tool_calls
    ]
    assert shown == [("(not in the record)", "x"), ("sleep", "(it still runs)")]


def test_long_output_has_its_beginning_and_end_in_a_trajectory(tmp_path: Path) -> None:
    record = RecordMaker()
    frames = [Frame(FrameKind.OUTPUT, number * 1000, 0, b"%09d." % number * 100) for number in range(1000)]
    record.command(1, "seq", frames)
    [step] = [step for step in trajectory_of(record, tmp_path).steps if step.tool_calls]
    content = step.observation.results[0].content
    whole = b"".join(frame.data for frame in frames)
    assert len(content) < trajectory.MOST_OUTPUT + 200
    assert content.startswith("000000000.")
    assert content.endswith("000000999.")
    assert f"{len(whole) - trajectory.MOST_OUTPUT:,} bytes left out" in content
    assert sha256(whole).hexdigest() in content


def broken(entries: Iterator[Entry]) -> Iterator[Entry]:
    yield next(entries)
    raise BundleError("The bundle is cut off.")


@pytest.mark.parametrize("form", list(Form))
def test_nothing_is_left_of_an_export_that_failed(record: RecordMaker, tmp_path: Path, form: Form) -> None:
    bundle = record.bundle(tmp_path / "record")
    with pytest.raises(BundleError):
        write(form, tmp_path / "out", broken(from_bundle.entries(bundle)), OF_SESSION)
    assert [each.name for each in tmp_path.iterdir()] == ["record"]


@pytest.mark.parametrize("form", list(Form))
def test_what_an_earlier_export_left_is_thrown_away(record: RecordMaker, tmp_path: Path, form: Form) -> None:
    left = tmp_path / "out.part"
    if form is Form.ASCIICAST:
        left.write_text("old")
    else:
        left.mkdir()
    made(record, tmp_path, form)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "record"]


def test_a_bundle_that_is_cut_gives_no_export(record: RecordMaker, tmp_path: Path) -> None:
    content = record.bundle(tmp_path / "record").read_bytes()
    for size in range(0, len(content) - 1, 97):
        (tmp_path / "record").write_bytes(content[:size])
        with pytest.raises(BundleError):
            write(Form.JSONL, tmp_path / "out", from_bundle.entries(tmp_path / "record"), OF_SESSION)
        assert not (tmp_path / "out").exists()
