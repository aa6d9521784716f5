"""The terminals of a replay: what an emulator makes of them, and playing them to any moment."""

import random
import re
from collections.abc import Callable, Iterator, Sequence

import pytest

from quarterdeck.audit.replay import tape as tapes
from quarterdeck.audit.replay.screen import Picture, Screen, Size, UndrawableError
from quarterdeck.audit.replay.tape import MOST_STATES, Tape
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.transcript.sanitise import Sanitiser

SMALL = Size(20, 5)


def text(picture: Picture) -> list[str]:
    return ["".join(part for _, part in line).rstrip() for line in picture.lines]


def output(*printed: tuple[float, bytes], kind: str = "OUTPUT") -> list[Frame]:
    told: list[Frame] = []
    for seconds, data in printed:
        told.append(Frame(kind, told[-1].end if told else 0, int(seconds * 1e6), data))
    return told


def reading(told: Sequence[Frame], begun: list[int] | None = None) -> Callable[[int], Iterator[Frame]]:
    """`begun` is told from where it was read."""

    def frames(after: int) -> Iterator[Frame]:
        if begun is not None:
            begun.append(after)
        return iter([each for each in told if each.offset >= after])

    return frames


def test_cells_have_their_colours_and_a_cursor() -> None:
    screen = Screen(SMALL)
    screen.feed("a\x1b[1;31mb\x1b[0;38;5;208;48;2;1;2;3mc\x1b[0;7;4md\x1b[0m あ é")

    picture = screen.picture()
    assert picture.lines[0][:4] == (
        ("", "a"),
        ("fg:ansired bold", "b"),
        ("fg:#ff8700 bg:#010203", "c"),
        ("underline reverse", "d"),
    )
    assert text(picture)[0] == "abcd あ é"
    assert (picture.row, picture.column) == (0, 9)


@pytest.mark.parametrize(
    "printed",
    [
        b"\x1b]52;c;aGFja2Vk\x07",
        b"\x1b]0;title\x07",
        b"\x1b]8;;https://evil\x1b\\",
        b"\x1bP+q544e\x1b\\",
        b"\x1b_apc\x1b\\",
        b"\x9b8;9999;9999t",
        b"\x1b[8;9999;9999t",
        b"\x1b[999999999b",
        b"\x1b[6n\x1b[c\x1b[?1000h\x1b[?2004h",
        b"\xff\xfe\x80",
        "\u202e\u200b\ufeff\u2066".encode(),
    ],
)
def test_nothing_but_visible_cells_is_left_of_hostile_output(printed: bytes) -> None:
    tape = Tape(reading(output((0, b"a" + printed + b"z"))), SMALL, SMALL)

    picture = tape.at(1e6)
    shown = "".join(text(picture))
    assert picture.size == SMALL
    assert shown.isprintable()
    assert shown[0] == "a"
    assert shown[-1] == "z"


def test_any_soup_of_sequences_is_drawn_and_its_state_kept() -> None:
    words = [
        "\x1b[",
        "\x1b]",
        "\x1bP",
        "?",
        "25",
        "9999",
        ";",
        "h",
        "l",
        "m",
        "A",
        "H",
        "J",
        "K",
        "L",
        "M",
        "P",
        "@",
        "S",
    ]
    words += [
        "X",
        "r",
        "あ",
        "é",
        "\u0301",
        "\U0001f600",
        "x",
        "\n",
        "\r",
        "\t",
        "\b",
        "\x0e",
        "\x1b(0",
        "\x1b7",
        "\x1b8",
        "\x1bc",
    ]
    words += ["\x1b[?1049h", "\x1b[?1049l", "\x1b[?6h", "\x1b[?7l", "\x1b[4h", "\x9b", "b"]
    chance = random.Random(4)
    for _ in range(300):
        screen, clean = Screen(Size.within(chance.choice([0, 5, 80]), chance.choice([0, 3, 24]))), Sanitiser()
        screen.feed(clean("".join(chance.choices(words, k=200)).encode()).decode())
        screen.resize(Size.within(chance.choice([1, 7, 100]), chance.choice([1, 30])))
        again = Screen(screen.size, screen.state())

        assert text(again.picture()) == text(screen.picture())
        assert "".join(text(screen.picture())).isprintable()


def test_an_emulator_that_gives_up_is_an_error_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quarterdeck.audit.replay.screen.FEWEST_COLUMNS", 1)
    screen = Screen(Size.within(1, 1))

    with pytest.raises(UndrawableError, match="cannot be drawn"):
        screen.feed("\x1b[?7lあ")


def test_a_size_stays_within_what_is_possible() -> None:
    assert Size.within(0, 0) == Size(2, 1)
    assert Size.within(65535, 65535) == Size(1000, 1000)


def test_a_command_without_a_terminal_is_as_wide_as_there_is_room() -> None:
    tape = Tape(reading(output((0, b"0123456789abc\nd"))), None, SMALL)
    assert text(tape.at(1))[:2] == ["0123456789abc", "d"]

    tape.fit(Size(10, 5))
    assert text(tape.at(1))[:3] == ["0123456789", "abc", "d"]


def test_recorded_resizes_are_followed_but_not_beyond_reason() -> None:
    told = [
        Frame("RESIZE", 0, 5, b"\x28\x00\x0a\x00"),
        Frame("RESIZE", 0, 9, b"\xff\xff\xff\xff"),
        Frame("RESIZE", 0, 9, b"x"),
    ]
    tape = Tape(reading(told), SMALL, SMALL)

    assert [tape.at(time).size for time in (4, 5, 9)] == [SMALL, Size(40, 10), Size(1000, 1000)]


def test_lost_output_is_told_in_its_place() -> None:
    told = [Frame("OUTPUT", 0, 0, b"a"), Frame("GAP", 1, 1, b"spool\x1b[2J"), Frame("OUTPUT", 100, 2, b"z")]
    shown = " ".join(text(Tape(reading(told), Size(60, 5), SMALL).at(9)))

    assert "99 bytes of output are missing here: spool\\x1b[2J" in shown


def test_time_goes_on_where_a_frames_time_goes_back() -> None:
    tape = Tape(reading([Frame("OUTPUT", 0, 9, b"a"), Frame("OUTPUT", 1, 2, b"b")]), SMALL, SMALL)

    assert tape.next_time() == 9
    assert text(tape.at(8))[0] == ""
    assert text(tape.at(9))[0] == "ab"
    assert tape.next_time() is None


@pytest.fixture
def long() -> list[Frame]:
    """400 frames, one each second, of which many end within a character or a sequence."""
    printed = "".join(f"\x1b[3{n % 8}mrow {n} ä あ\x1b[{n % 5 + 1};{n % 17 + 1}H\r\n" for n in range(1000)).encode()
    step = len(printed) // 400 + 1
    return output(*((n, printed[n * step : (n + 1) * step]) for n in range(400)))


def test_any_order_of_moments_shows_what_playing_from_the_start_shows(
    long: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tapes, "STATE_BYTES", 500)
    tape, chance = Tape(reading(long), SMALL, SMALL), random.Random(5)

    for _ in range(40):
        moment = chance.uniform(-1, 401) * 1e6
        assert tape.at(moment) == Tape(reading(long), SMALL, SMALL).at(moment)


def test_going_back_reads_from_the_nearest_kept_state_on(long: list[Frame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapes, "STATE_BYTES", 500)
    begun: list[int] = []
    tape = Tape(reading(long, begun), SMALL, SMALL)
    tape.at(400e6)
    tape.at(200e6)
    tape.at(399e6)

    half = long[200].offset
    assert begun[0] == 0
    assert half - 3000 < begun[1] <= half
    assert begun[2] > long[350].offset


def test_what_is_kept_does_not_grow_with_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapes, "STATE_BYTES", 10)
    told = output(*((n, b"line %d\r\n" % n) for n in range(5000)))
    tape = Tape(reading(told), SMALL, SMALL)
    tape.at(1e12)

    kept = vars(tape)["_states"]
    assert MOST_STATES // 2 <= len(kept) <= MOST_STATES
    assert tape.at(2500e6) == Tape(reading(told), SMALL, SMALL).at(2500e6)


@pytest.mark.parametrize("held", [b"\x1b[3", b"\x1b]52;c;", b"\xe3\x81"])
def test_no_state_is_kept_within_a_sequence_or_a_character(held: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapes, "STATE_BYTES", 1)
    tape = Tape(reading(output((1, b"ab"), (2, b"cd" + held), (3, b"1mx"))), SMALL, SMALL)
    whole = tape.at(9e6)
    tape.at(0)

    assert tape.at(9e6) == whole


def test_output_that_is_harmless_passes_the_sanitiser_as_it_is_and_all_else_as_before() -> None:
    slow = re.compile("(?!)")
    chance = random.Random(6)
    words = [
        "\x1b[",
        "\x1b[1;31m",
        "\x1b[2J",
        "\x1b[3J",
        "\x1b[s",
        "\x1b[1s",
        "a",
        "é",
        "\n",
        "\x07",
        "\x9b",
        "5",
        ";",
        "b",
        "m",
        "u",
        "H",
    ]
    for _ in range(500):
        parts = ["".join(chance.choices(words, k=8)).encode() for _ in range(4)]
        fast, careful = Sanitiser(), Sanitiser()
        shown = [fast(part) for part in parts]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("quarterdeck_cli.transcript.sanitise.PASSING", slow)
            assert shown == [careful(part) for part in parts]
