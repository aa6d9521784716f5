"""Time travel: the state at a place, the difference between two, and what is found by searching."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.replays import OWNER, SESSION, Story

from quarterdeck.audit.replay.difference import difference
from quarterdeck.audit.replay.from_bundle import BundleRecord
from quarterdeck.audit.replay.page import page
from quarterdeck.audit.replay.places import place
from quarterdeck.audit.replay.search import LONGEST_LINE, pattern, search
from quarterdeck.audit.replay.state import change, state_after
from quarterdeck.audit.replay.timeline import timeline
from quarterdeck.domain.command import ChangedFile, Terminal
from quarterdeck.domain.pausing import SessionPaused, SessionPauseRequested
from quarterdeck.domain.session_events import SessionClosed
from quarterdeck_cli.errors import UsageError


def story() -> Story:
    told = Story()
    told.opens("Fix \x1b[2Jit")
    made = told.begins(10, "make", Terminal(columns=30, rows=5))
    told.prints(
        made, [(1, b"\x1b[31mcompiling par"), (2, b"ser.c\x1b[0m\r\nERROR: no\xc3"), (3, b"\xa4\r\n50%\r100%\r\n")]
    )
    told.ends(20, made, 2, [ChangedFile(path="a\x1b]0;x\x07", status="added")], tree="t1")
    told.add(22, SESSION, SessionPauseRequested(reason="lunch"))
    told.add(23, SESSION, SessionPaused(reason="lunch"))
    return told


def told_at(told: Story, where: str) -> dict[str, dict[str, str]]:
    line = timeline(told.rows)
    return {each.title: dict(each.pairs) for each in page(state_after(line.items[: place(line, where).count]))}


@pytest.mark.parametrize(
    ("where", "session", "commands"),
    [
        ("1", "open, waits for a place", {}),
        ("2", "running", {}),
        ("4", "running", {"c1 000c0001": "waits: make"}),
        ("5", "running", {"c1 000c0001": "runs: make"}),
        ("7", "running", {"c1 000c0001": "exit 2: make"}),
        ("8", "pausing lunch", {"c1 000c0001": "exit 2: make"}),
        ("end", "paused lunch", {"c1 000c0001": "exit 2: make"}),
    ],
)
def test_the_state_at_each_place(where: str, session: str, commands: dict[str, str]) -> None:
    found = told_at(story(), where)

    assert found["Session"]["State"] == session
    assert found["Session"]["Title"] == r"Fix \x1b[2Jit"
    assert found["Session"]["Owner"] == str(OWNER)
    assert found.get("Commands", {}) == commands


def test_files_and_their_tree_are_told_from_the_snapshot_on() -> None:
    assert told_at(story(), "5")["Workspace"]["Tree"] == "t0"
    found = told_at(story(), "end")

    assert found["Workspace"]["Tree"] == "t1"
    assert found["Files changed by commands"] == {r"a\x1b]0;x\x07": "added"}


def test_events_that_are_erased_unknown_or_do_not_fit_are_told_and_the_rest_still_holds() -> None:
    told = story()
    told.add(30, SESSION, SessionClosed(detail="done"))
    told.add(31, SESSION, SessionClosed(detail="again"))
    told.rows[6] = replace(told.rows[6], payload=None)
    told.rows[4] = replace(told.rows[4], schema_version=99)

    found = told_at(told, "end")
    assert found["Session"]["State"] == "closed: done"
    assert found["Record"] == {"Events": "11", "Calls of models": "", "Cannot be read": "5, 7", "Do not fit": "11"}


def test_the_difference_between_two_places_whichever_is_named_first() -> None:
    line = timeline(story().rows)
    found = difference(line, place(line, "end"), place(line, "5"))

    assert found == difference(line, place(line, "5"), place(line, "end"))
    assert found.topics == {"SnapshotTaken": 1, "CommandFinished": 1, "SessionPauseRequested": 1, "SessionPaused": 1}
    assert [(each.name, each.before, each.after) for each in found.changes] == [
        ("State", "running", "paused lunch"),
        ("Tree", "t0", "t1"),
        ("c1 000c0001", "runs: make", "exit 2: make"),
    ]
    assert found.files == {"a\x1b]0;x\x07": "added"}
    assert found.trees == ("t0", "t1")


def test_files_are_compared_with_what_they_began_with_where_the_first_place_is_before_that() -> None:
    line = timeline(story().rows)

    assert difference(line, place(line, "1"), place(line, "end")).trees == ("t0", "t1")
    assert difference(line, place(line, "1"), place(line, "2")).trees == ("", "")


@pytest.mark.parametrize(
    ("statuses", "left"),
    [
        (["added", "modified"], "added"),
        (["added", "deleted"], ""),
        (["added", "deleted", "deleted"], ""),
        (["added", "deleted", "added"], "added"),
        (["deleted", "added"], "modified"),
        (["modified", "deleted"], "deleted"),
        (["modified", "modified"], "modified"),
    ],
)
def test_changes_of_one_file_add_up(statuses: list[str], left: str) -> None:
    files: dict[str, str] = {}
    change(files, [ChangedFile(path="f", status=each) for each in statuses])

    assert files == {"f": left}


def found(told: Story, folder: Path, wanted: str, *, regex: bool = False) -> list[tuple[float, int, str]]:
    with BundleRecord(told.bundle(folder / "b", part_bytes=20), None) as record:
        line = timeline(record.events())
        return [(hit.at, hit.command, hit.line) for hit in search(record, line, pattern(wanted, regex=regex))]


@pytest.mark.parametrize(
    ("wanted", "regex", "hits"),
    [
        ("compiling parser.c", False, [(12, 1, "compiling parser.c")]),
        ("error", False, [(13, 1, "ERROR: noä")]),
        ("Error", False, []),
        ("noä", False, [(13, 1, "ERROR: noä")]),
        (r"^\d+%$", True, [(13, 1, "50%"), (13, 1, "100%")]),
        (r"^\d+%$", False, []),
        ("make", False, [(10, 1, "make")]),
        ("[31m", False, []),
        ("lunch", False, [(22, 0, "Session pause requested: lunch"), (23, 0, "Session paused: lunch")]),
        ("Jit", False, [(0, 0, r"Session opened: Fix \x1b[2Jit")]),
    ],
)
def test_what_is_found_and_when(wanted: str, regex: bool, hits: list[tuple[float, int, str]], tmp_path: Path) -> None:
    assert found(story(), tmp_path, wanted, regex=regex) == hits


def test_a_line_without_an_end_is_searched_in_parts(tmp_path: Path) -> None:
    told = Story()
    told.opens()
    told.runs(2, "cat", [(1, b"x" * (3 * LONGEST_LINE) + b"needle")], until=5)

    assert [hit[:2] for hit in found(told, tmp_path, "needle")] == [(3, 1)]


def test_a_search_can_be_broken_off(tmp_path: Path) -> None:
    with BundleRecord(story().bundle(tmp_path / "b"), None) as record:
        line = timeline(record.events())
        assert list(search(record, line, pattern("e", regex=False), lambda: True)) == []


def test_a_pattern_that_would_go_back_and_forth_for_ever_is_searched_in_no_time(tmp_path: Path) -> None:
    told = Story()
    told.opens()
    told.runs(2, "cat", [(1, b"a" * LONGEST_LINE)], until=5)

    assert found(told, tmp_path, r"(a+)+b", regex=True) == []
    assert [hit[1] for hit in found(told, tmp_path, r"(a|aa)+$", regex=True)] == [1]


@pytest.mark.parametrize("wanted", ["(", "*", "a{9999}", "(a)\\1", "a(?!b)", "((a{999}){999}){999}", "\ud800"])
def test_what_is_no_regular_expression_is_told(wanted: str) -> None:
    with pytest.raises(UsageError, match="is no regular expression"):
        pattern(wanted, regex=True)
