"""Searching the record: what matches, where it is, and what is left out of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from tests.support.rows import row
from tests.support.transcripts import out

from quarterdeck.application.frames import Frame
from quarterdeck.application.search_query import by_words
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.searching.scan import Where, hits

COMMAND = UUID(int=4)


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
