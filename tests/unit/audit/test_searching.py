"""Searching the record: what matches, where it is, and what is left out of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.rows import row

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.searching.lines import LONGEST, Line, lines
from quarterdeck.audit.searching.query import by_pattern, by_words
from quarterdeck.audit.searching.scan import Where, hits
from quarterdeck_cli.errors import UsageError

COMMAND = UUID(int=4)


def out(*parts: bytes, kind: FrameKind = FrameKind.OUTPUT, offset: int = 0) -> list[Frame]:
    frames: list[Frame] = []
    for part in parts:
        frames.append(Frame(kind, offset, 0, part))
        offset += len(part)
    return frames


@pytest.mark.parametrize(
    ("query", "line", "found"),
    [
        ("error", "an Error here", ["Error"]),
        ("error", "errors", None),
        ("err*", "an error, errors", ["error", "errors"]),
        ("disk full", "full is the disk", ["full", "disk"]),
        ('"disk full"', "full disk", None),
        ('"disk full"', "the disk  full", ["disk  full"]),
        ('"disk fu*"', "disk fullness", ["disk fullness"]),
        ("app.py", "in src/app.py:3", ["app.py"]),
        ("app.py", "app py3", None),
        ("error -test", "error in a test", None),
        ("error -test", "error in tests", ["error"]),
        ('error -"a test"', "error, test a", ["error"]),
        ("straße", "STRASSE straße", ["STRASSE", "straße"]),
    ],
)
def test_words_phrases_beginnings_and_exclusions(query: str, line: str, found: list[str] | None) -> None:
    spans = by_words(query)(line)
    assert (None if spans is None else [line[first:last] for first, last in spans]) == found


@pytest.mark.parametrize("query", ["", " ", "-only", '""', "...", "w " * 60])
def test_a_query_without_words_or_with_too_many_is_refused(query: str) -> None:
    with pytest.raises(UsageError):
        by_words(query)


def test_a_pattern_finds_what_it_matches_and_one_that_is_none_is_refused() -> None:
    assert by_pattern(r"pass\w*=\S+")("x password=hunter2 y") == [(2, 18)]
    assert by_pattern("x*")("yyy") is None
    with pytest.raises(UsageError, match="no regular expression"):
        by_pattern("(")


def test_lines_have_their_offsets_whatever_the_frames_and_nothing_that_steers_a_terminal() -> None:
    printed = b"one\r\n\x1b[1;31mtw\x1b[0mo\x1b]52;c;aGk=\x07\n10%\r20%\x1b]0;title\x1b\\\nn\xc3\xa4h"
    whole = list(lines(out(printed)))
    assert whole == [
        Line(0, "one"),
        Line(5, "two"),
        Line(32, "10%"),
        Line(36, "20%"),
        Line(printed.index(b"n\xc3"), "näh"),
    ]
    assert list(lines(out(*(printed[at : at + 1] for at in range(len(printed)))))) == whole


def test_standard_error_does_not_tear_a_line_of_the_output() -> None:
    frames = [*out(b"be"), *out(b"oops\n", kind=FrameKind.ERROR, offset=2), *out(b"gin\n", offset=7)]
    assert list(lines(frames)) == [Line(2, "oops"), Line(0, "begin")]


def test_a_line_without_an_end_is_cut() -> None:
    found = list(lines(out(b"x" * (2 * LONGEST + 5))))
    assert [(each.offset, len(each.text)) for each in found] == [(0, LONGEST), (LONGEST, LONGEST), (2 * LONGEST, 5)]


def entries(printed: Sequence[Frame], text: str = "make\nlogin hunter2") -> list[Entry]:
    asked = {"session_id": str(UUID(int=7)), "project_id": str(UUID(int=6)), "text": text}
    request = replace(row(4, json.dumps(asked).encode()), topic="CommandRequested", stream_id=COMMAND)
    ended = replace(row(9, b"{}"), topic="CommandFinished", schema_version=2, stream_id=COMMAND)
    return [Entry(row=row(1)), Entry(row=request), Entry(row=ended, frames=iter(printed))]


def test_what_is_found_says_where_it_is_and_who_asked_for_it() -> None:
    found = list(hits(entries(out(b"hello\nhunter2 again\n")), by_words("hunter2")))
    assert [(hit.where, hit.position, hit.offset, hit.line) for hit in found] == [
        (Where.COMMAND, 4, None, "login hunter2"),
        (Where.OUTPUT, 9, 6, "hunter2 again"),
    ]
    assert {(hit.command_id, hit.session_id, hit.actor_id) for hit in found} == {(COMMAND, UUID(int=7), "ü1")}


def test_lines_around_come_with_it_and_none_is_passed_over() -> None:
    found = list(hits(entries(out(b"a\nb\nx1\nx2\nc\nd\n"), text="make"), by_words("x*"), context=1))
    assert [(hit.before, hit.line, hit.after) for hit in found] == [
        (("b",), "x1", ("x2",)),
        (("x1",), "x2", ("c",)),
    ]


def test_a_text_that_was_erased_is_not_there_and_hinders_nothing() -> None:
    some = entries(out(b"hunter2\n"))
    some[1] = Entry(row=replace(some[1].row, payload=None))
    assert [hit.where for hit in hits(some, by_words("hunter2"))] == [Where.OUTPUT]
