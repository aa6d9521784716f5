"""Output as lines."""

from tests.support.transcripts import out

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.output_lines import LONGEST, Line, lines
from quarterdeck.application.search_query import by_words


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


def test_lines_that_have_something_are_the_same_as_among_all() -> None:
    printed = (
        b"\none error\r\n\x1b[31mer\x1b[0mROR two\x1b]0;error\nx\x07\n\n\nno\rerrorerror\nmore\nan Err\xc3\xb6r\nerror"
    )
    for some in (printed, printed.replace(b"\xc3\xb6", b"o"), b"error", b"none\n", b""):
        for text in ("error", "more OR two", "err*", "\xdf", '"error two"', "err\xf6r", "x y OR none"):
            words = by_words(text)
            assert [line for line in lines(out(some), words.having) if words(line.text)] == [
                line for line in lines(out(some)) if words(line.text)
            ]


def test_a_line_that_nothing_is_added_to_ends_where_the_other_stream_has_gone_on_for_long() -> None:
    more = [Frame(FrameKind.OUTPUT, 5 + at * LONGEST, 0, b"x" * (LONGEST - 1) + b"\n") for at in range(2)]
    frames = [
        *out(b"name?", kind=FrameKind.ERROR),
        *more,
        *out(b"late\n", kind=FrameKind.ERROR, offset=5 + 2 * LONGEST),
    ]
    found = list(lines(frames))
    assert [(line.offset, line.text[:5]) for line in found] == [
        (5, "xxxxx"),
        (0, "name?"),
        (5 + LONGEST, "xxxxx"),
        (5 + 2 * LONGEST, "late"),
    ]


def test_a_long_line_is_cut_at_the_same_places_whatever_the_frames() -> None:
    printed = b"a\n" + b"x" * (LONGEST + 10) + b"\nb\n" + b"y" * LONGEST + b"\nend"
    whole = list(lines(out(printed)))
    assert [(line.offset, len(line.text)) for line in whole] == [
        (0, 1),
        (2, LONGEST),
        (2 + LONGEST, 10),
        (LONGEST + 13, 1),
        (LONGEST + 15, LONGEST),
        (2 * LONGEST + 16, 3),
    ]
    for size in (1000, LONGEST - 1, LONGEST + 1):
        assert list(lines(out(*(printed[at : at + size] for at in range(0, len(printed), size))))) == whole
