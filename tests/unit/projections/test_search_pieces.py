"""Output in pieces with their words."""

import random

from tests.support.transcripts import out

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.output_lines import Line, lines
from quarterdeck.application.search_query import by_words, words_of
from quarterdeck_projections.search.marks import marks_of, wanted
from quarterdeck_projections.search.pieces import PIECE, Piece, Pieces, lines_within, words_in


def pieces_of(frames: list[Frame]) -> list[Piece]:
    pieces = Pieces()
    return [*(piece for frame in frames for piece in pieces.take(frame)), *pieces.rest()]


def interleaved(seed: int) -> list[Frame]:
    """Both streams, in frames that end anywhere."""
    chance, frames, at = random.Random(seed), list[Frame](), 0
    for _ in range(400):
        kind = chance.choice([FrameKind.OUTPUT, FrameKind.ERROR])
        word = chance.choice([b"one ", b"two\n", b"\x1b[1mthree\x1b[0m\r\n", "vier-ähm ".encode(), b"\r", b"x" * 90])
        data = word * chance.randrange(1, 200)
        data = data[: chance.randrange(1, len(data) + 1)]
        frames.append(Frame(kind, at, 0, data))
        at += len(data)
    return frames


def test_pieces_have_every_line_once_and_its_words() -> None:
    for seed in range(5):
        frames = interleaved(seed)
        pieces = pieces_of(frames)
        assert len(pieces) > 3
        found = list[Line]()
        for piece in pieces:
            inside = list(lines_within(frames, piece.window))
            assert piece.words == {word for line in inside for word in words_of(line.text)}
            found += inside
        assert sorted(found) == sorted(lines(frames))


def test_pieces_are_bounded_whatever_is_printed() -> None:
    for printed in (b"a\n" * 500_000, b"x" * 1_000_000, b"\x1b]0;" * 200_000, b"\x00" * 500_000, b"\xff\xfe" * 300_000):
        pieces = pieces_of(out(*(printed[at : at + 200_000] for at in range(0, len(printed), 200_000))))
        assert all(piece.window.until - piece.window.first < 2 * PIECE for piece in pieces)
        assert [piece.window.first for piece in pieces[1:]] == [piece.window.until for piece in pieces[:-1]]
        assert all(len(marks_of(piece.words)) < PIECE for piece in pieces)
    assert pieces_of([]) == []


def test_words_are_small_and_without_what_steers_a_terminal() -> None:
    assert words_in(b"src/Foo_Bar.py:12 \x1b[31mE\x1b[0mRROR\x1b]0;title\x07\x00ok") == {
        *("src", "foo_bar", "py", "12", "errorok")
    }
    assert words_in("STRASSE Straße ²x".encode()) == {"strasse", "²x"}


def test_a_piece_has_the_marks_of_every_line_that_is_found() -> None:
    line = "In src/Foo_Bar.py:12 the Straße a1b2c3d4e5 fails"
    marks = set(marks_of(words_of(line)))
    for text in ("foo_bar.py:12", "fai* stras*", "a1b2c3*", "the*", "foo_b*", '"straße a1b2c3d4e5"'):
        [side] = by_words(text).sides
        assert wanted(side)
        assert marks.issuperset(wanted(side)), text
    for text in ("foo", "failed", "fall*", "a1c*", "nowhere in"):
        assert not marks.issuperset(wanted(by_words(text).sides[0])), text
    assert wanted(by_words("fa*").sides[0]) == []
    assert max(marks) < 2**22
