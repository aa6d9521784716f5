"""Output and files compared with the record, and the verdict on what was found."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from tests.unit.audit.reexecution.test_recorded import A, finished, log, requested

from quarterdeck.audit.reexecution import files, outputs
from quarterdeck.audit.reexecution.recorded import recorded
from quarterdeck.audit.reexecution.verdicts import Comparison, Difference, Verdict, judged, not_run, of_exits
from quarterdeck.domain.command import EndReason
from quarterdeck_cli.api.snapshots import FileDiff, Hunk
from quarterdeck_cli.api.transcripts import Frame

OUT, ERR = "OUTPUT", "ERROR"


def printed(*parts: tuple[str, bytes]) -> Callable[[], AsyncIterator[Frame]]:
    async def frames() -> AsyncIterator[Frame]:
        for kind, data in parts:
            yield Frame(kind, 0, 0, data)

    return frames


def digits_away(line: str) -> str:
    return "".join("0" if each.isdigit() else each for each in line)


async def test_lines_are_the_same_however_they_were_cut_into_frames() -> None:
    one, other = printed((OUT, b"a\xc3"), (OUT, b"\xa4b\nc")), printed((OUT, "aäb\n".encode()), (OUT, b"c"))

    assert await outputs.compared(one, other, str) == Comparison(exact=True)


async def test_how_output_and_errors_were_mixed_is_no_difference() -> None:
    one, other = printed((OUT, b"a\n"), (ERR, b"x\n"), (OUT, b"b\n")), printed((ERR, b"x\n"), (OUT, b"a\nb\n"))

    assert (await outputs.compared(one, other, str)).difference is None


async def test_the_first_line_that_differs_is_told_with_its_number() -> None:
    found = await outputs.compared(printed((OUT, b"same\n1\n2\n")), printed((OUT, b"same\n1\n3\n")), str)

    assert found.difference == Difference(where="output", line=3, expected="2", found="3")


async def test_a_difference_that_means_nothing_is_none_but_not_exact() -> None:
    found = await outputs.compared(printed((ERR, b"took 12")), printed((ERR, b"took 34")), digits_away)

    assert found == Comparison(exact=False)


async def test_an_end_that_is_missing_is_a_difference() -> None:
    found = await outputs.compared(printed((ERR, b"a\nb\n")), printed((ERR, b"a\n")), str)

    assert found.difference == Difference(where="errors", line=2, expected="b", found="")


async def test_a_line_without_end_is_compared_in_pieces() -> None:
    size = outputs.LONGEST_LINE
    one, other = printed((OUT, b"x" * size * 2 + b"1")), printed((OUT, b"x" * size * 2 + b"2"))

    found = await outputs.compared(one, other, str)

    assert found.difference == Difference(where="output", line=3, expected="1", found="2")


async def test_a_hole_in_the_record_is_not_compared() -> None:
    with pytest.raises(outputs.HoleError):
        await outputs.compared(printed((OUT, b"a"), ("GAP", b"erased")), printed((OUT, b"ab")), str)


def differing(path: str, status: str = "MODIFIED", **more: object) -> FileDiff:
    fields: dict[str, object] = {
        "path": path,
        "status": status,
        "binary": False,
        "truncated": False,
        "lines_added": 1,
        "lines_removed": 1,
        "hunks": (),
        "old_kind": "FILE",
        "new_kind": "FILE",
        "old_size": 3,
        "new_size": 4,
    }
    return FileDiff(**(fields | more))  # type: ignore[arg-type]


def hunk(*lines: str, start: int = 1) -> Hunk:
    return Hunk(old_start=start, old_lines=1, new_start=start, new_lines=1, lines=lines)


def test_the_first_line_of_a_file_that_differs_is_told_with_its_number_in_the_record() -> None:
    file = differing("a", hunks=(hunk(" same", "-at 1", "-old", "+at 2", "+new", start=10),))

    assert files.compared([file], digits_away).difference == Difference(where="a", line=12, expected="old", found="new")


def test_a_file_that_differs_in_what_means_nothing_is_the_same() -> None:
    file = differing("a", hunks=(hunk("-at 1", "+at 2"), hunk("-at 3", "+at 4", start=9)))

    assert files.compared([file], digits_away) == Comparison(exact=False)


@pytest.mark.parametrize(
    ("file", "expected", "found"),
    [
        (differing("a", "ADDED", old_kind=None, old_size=None), "no such file", "file of 4 bytes"),
        (differing("a", "DELETED", new_kind=None, new_size=None), "file of 3 bytes", "no such file"),
        (differing("a", binary=True), "file of 3 bytes", "file of 4 bytes, other content"),
        (differing("a", new_kind="SYMLINK"), "file of 3 bytes", "symlink of 4 bytes, other content"),
        (
            differing("a", hunks=(hunk("-x", "+y"),), truncated=True),
            "file of 3 bytes",
            "file of 4 bytes, other content",
        ),
    ],
)
def test_a_file_without_lines_to_compare_is_told_by_kind_and_size(file: FileDiff, expected: str, found: str) -> None:
    assert files.compared([file], digits_away).difference == Difference(where="a", expected=expected, found=found)


def test_no_file_differs() -> None:
    assert files.compared([], str) == Comparison()


def test_ends_are_compared_by_reason_code_and_signal() -> None:
    assert of_exits(finished(), finished()) is None
    assert of_exits(finished(), replace(finished(), exit_code=3)) == Difference(
        where="exit", expected="code 0", found="code 3"
    )
    assert of_exits(replace(finished(), exit_code=None, signal="KILL"), finished(reason=EndReason.TIMED_OUT)) == (
        Difference(where="exit", expected="signal KILL", found="timed out")
    )


def test_verdicts() -> None:
    [usual] = recorded(log((A, requested()), (A, finished())))
    [limited] = recorded(log((A, requested()), (A, finished(reason=EndReason.TIMED_OUT))))
    [open_] = recorded(log((A, requested())))
    other = Comparison(exact=False, difference=Difference(where="output", line=1, expected="a", found="b"))

    assert judged(usual, Comparison()).verdict is Verdict.SAME
    assert judged(usual, Comparison(exact=False)).verdict is Verdict.NORMALISED
    assert judged(usual, other).verdict is Verdict.DRIFTED
    assert judged(limited, Comparison()).verdict is Verdict.SAME
    chance = judged(limited, other)
    assert (chance.verdict, chance.reason) == (Verdict.NOT_REPRODUCIBLE, "it ended by a limit (timed out)")
    assert (not_run(open_).verdict, not_run(open_).reason) == (Verdict.NOT_REPRODUCIBLE, "it has not ended")
