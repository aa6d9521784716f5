"""What a viewer's terminal gets of recorded output."""

import re
import tracemalloc
from itertools import pairwise

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_cli.transcript.sanitise import Sanitiser

SAFE = re.compile(
    r"""(?x)
    [^\x00-\x07\x10-\x1f\x7f-\x9f]
  | \x1b (?: [78DEHM] | \#8 | [()][0AB] )
  | \x1b\[ [0-9;:]* [@A-HIJKLMPSTXZ`abdefghlmrsu]
  | \x1b\[ \? (?:5|6|7|12|25|47|1047|1048|1049|2026) [hl]
  | \x1b\[!p
  | \x1b\]8; (?:id=[\w.-]+)? ; (?:https?://[!-~]+)? \x1b\\
    """,
    re.IGNORECASE,
)


def sanitised(*pieces: bytes) -> bytes:
    sanitiser = Sanitiser()
    return b"".join(sanitiser(piece) for piece in pieces)


@pytest.mark.parametrize(
    "harmless",
    [
        b"plain text\r\n\ttabbed\b",
        "naïve 漢字 🙂\n".encode(),
        b"\x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3mtrue colour\x1b[m \x1b[4:3mwavy",
        b"\x1b[2J\x1b[H\x1b[10;20H\x1b[5A\x1b[K\x1b[1P\x1b[2@\x1b[3L",
        b"\x1b[?1049h\x1b[?25l\x1b[2;20r\x1b7\x1b8\x1bM\x1b(0lqk\x1b(B",
        b"\x1b]8;id=a1;https://example.org/a?b=c#d\x1b\\link\x1b]8;;\x1b\\",
        b"-\x1b[200b",
    ],
)
def test_what_only_draws_passes_unchanged(harmless: bytes) -> None:
    assert sanitised(harmless) == harmless


@pytest.mark.parametrize(
    ("what", "sequence"),
    [
        ("clipboard", b"\x1b]52;c;cm0gLXJm\x07"),
        ("clipboard, 8-bit", b"\xc2\x9d52;c;cm0gLXJm\xc2\x9c"),
        ("title", b"\x1b]0;pwned\x1b\\"),
        ("title stack", b"\x1b[22;0t\x1b[23;0t"),
        ("window report", b"\x1b[21t"),
        ("link to a file", b"\x1b]8;;file:///etc/passwd\x1b\\"),
        ("link to a command", b"\x1b]8;;ssh://-oProxyCommand=x\x1b\\"),
        ("link with a control character", b"\x1b]8;;http://a\tb\x1b\\"),
        ("notification", b"\x1b]777;notify;a;b\x07\x1b]9;hi\x07\x1b]99;;x\x1b\\"),
        ("working directory", b"\x1b]7;file://h/\x07"),
        ("shell integration and inline files", b"\x1b]133;A\x07\x1b]1337;File=name=eA==:AAAA\x07"),
        ("palette", b"\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;red\x07\x1b]104\x07"),
        ("device attributes", b"\x1b[c\x1b[>c\x1b[=c\x1bZ"),
        ("status report", b"\x1b[5n\x1b[6n\x1b[?6n"),
        ("mode and setting queries", b"\x1b[?25$p\x1bP$qm\x1b\\\x1b[>q\x1b[x"),
        ("answerback", b"\x05"),
        ("bell", b"\x07"),
        ("mouse", b"\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?1015h\x1b[?9h"),
        ("focus, paste and keys", b"\x1b[?1004h\x1b[?2004h\x1b[?1h\x1b=\x1b[>4;2m\x1b[>1u\x1b[=1u\x1b[?u"),
        ("keyboard lock", b"\x1b[2h"),
        ("printing", b"\x1b[5i\x1b[?4i"),
        ("erased scrollback", b"\x1b[3J"),
        ("width", b"\x1b[?3h\x1b[8;1;1t"),
        ("very long repetition", b"\x1b[99999b\x1b[123456A"),
        ("pictures", b"\x1bPq#0;2;0;0;0\x1b\\\x1b_Ga=T;AAAA\x1b\\"),
        ("macros and keys by DCS", b"\x1bP0;1|17/41\x1b\\\x1bP1;0;0!z1b\x1b\\"),
        ("privacy message and string", b"\x1b^x\x1b\\\x1bXx\x1b\\"),
        ("other character sets", b"\x1b%G\x1b%@\x1bn\x1b~"),
        ("8-bit controls", b"\xc2\x9a\xc2\x80"),
        ("flow control", b"\x11\x13\x00\x7f"),
        ("rubbish in parameters", b"\x1b[1<2m\x1b[?25;?1m\x1b[1 m"),
    ],
)
def test_what_steers_the_terminal_is_dropped(what: str, sequence: bytes) -> None:
    assert sanitised(b"before " + sequence + b"after") == b"before after", what


def test_of_several_modes_the_harmless_pass() -> None:
    assert sanitised(b"\x1b[?1049;2004;25h") == b"\x1b[?1049h\x1b[?25h"


def test_8_bit_sequences_come_out_in_7_bits() -> None:
    shown = sanitised(b"\xc2\x9b1m\xc2\x9d8;;http://a\xc2\x9c\xc2\x85\xc2\x8d")
    assert shown == b"\x1b[1m\x1b]8;;http://a\x1b\\\x1bE\x1bM"


def test_a_full_reset_leaves_the_viewers_settings() -> None:
    assert sanitised(b"\x1bc") == b"\x1b[m\x1b[r\x1b[H\x1b[2J"


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert sanitised(b"a\xffb\x9b1m") == "a\ufffdb\ufffd1m".encode()


def test_a_sequence_cut_off_by_another_does_not_hide_it() -> None:
    assert sanitised(b"\x1b]0;title\x1b[1mbold") == b"\x1b[1mbold"
    assert sanitised(b"\x1b[12\x18after") == b"after"
    assert sanitised(b"\x1bPq\x1aafter") == b"after"


def test_a_string_without_an_end_takes_no_memory() -> None:
    sanitiser = Sanitiser()
    for _ in range(100):
        assert sanitiser(b"\x1b]8;;http://" + b"x" * 100_000) == b""
    assert sanitiser(b"\x1b\\after") == b"after"


@pytest.mark.parametrize(
    "modes",
    [b"\x1b[?2004h", b"\x1b[?1000;1006h", b"\x1b[?1l\x1b>", b"\x1b=", b"\x1b[>4;2m", b"\x1b[>1u\x1b[<u", b"\x1b[2 q"],
)
def test_what_sets_the_keyboard_passes_for_one_who_types_only(modes: bytes) -> None:
    sanitiser = Sanitiser(keys=True)

    assert sanitiser(modes).replace(b"h\x1b[?", b";") == modes
    assert sanitised(modes) == b""


@pytest.mark.parametrize(
    "question",
    [
        b"\x05",
        b"\x1b[c",
        b"\x1b[>c",
        b"\x1b[>0q",
        b"\x1b[6n",
        b"\x1b[?6n",
        b"\x1b[?u",
        b"\x1b[?4m",
        b"\x1b[?2004$p",
        b"\x1b[14t",
        b"\x1bZ",
        b"\x1b]11;?\x07",
        b"\x1b]52;c;?\x1b\\",
        b"\x1bP$qm\x1b\\",
        b"\x1bP+q544e\x1b\\",
    ],
)
def test_nothing_that_a_terminal_answers_passes_for_one_who_types(question: bytes) -> None:
    assert Sanitiser(keys=True)(question) == b""


def test_between_sequences_and_characters_it_is_at_rest() -> None:
    sanitiser = Sanitiser()
    rests: list[bool] = []
    for piece in (b"a", b"\x1b", b"[1", b"m", b"\xc3", b"\xa9", b"\x1b]0;x", b"\x07"):
        sanitiser(piece)
        rests.append(sanitiser.at_rest)

    assert rests == [True, False, False, True, False, True, False, True]


def test_the_terminal_is_left_as_a_shell_expects_it() -> None:
    sanitiser = Sanitiser()
    shown = sanitiser(b"\x1b[?1049;25h\x1b[31m\x1b[?25l\x1b(0\x1b[5;6r\x1b[4h\xc3") + sanitiser.finish()
    assert "\ufffd".encode() in shown
    assert shown.count(b"\x1b[?1049l") == 1
    for restored in (b"\x1b[m", b"\x1b(B", b"\x1b[r", b"\x1b[4l", b"\x1b[?25h", b"\x1b[?7h", b"\x1b]8;;\x1b\\"):
        assert restored in shown
    assert b"\x1b[?1049l" not in sanitiser.finish()


SEQUENCES = st.sampled_from(
    [
        b"\x1b",
        b"\x1b[",
        b"\x1b]",
        b"\x1bP",
        b"\x1b\\",
        b"\x1b]8;;",
        b"\x1b]8;id=x;",
        b"http://a.b/c",
        b"\x1b]52;c;",
        b"\x1b[?",
        b"1049",
        b"2004",
        b"25",
        b";",
        b"h",
        b"l",
        b"m",
        b"\x07",
        b"\x18",
        b"\x9b",
        b"\xc2",
        b"\xc2\x9b",
        b"\xc2\x9d",
        b"\xc2\x9c",
        "é🙂".encode(),
        b"c",
        b"\x0e",
        b"\r\n",
    ]
)
OUTPUT = st.lists(SEQUENCES | st.binary(max_size=4), max_size=30).map(b"".join)


@given(OUTPUT)
def test_nothing_but_whole_sequences_of_the_list_gets_through(output: bytes) -> None:
    sanitiser = Sanitiser()
    for shown in (sanitiser(output), sanitiser.finish()):
        assert SAFE.sub("", shown.decode()) == ""


@given(OUTPUT, st.lists(st.integers(0, 120), max_size=6))
def test_where_the_output_is_cut_makes_no_difference(output: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(output)]
    pieces = [output[start:end] for start, end in pairwise(edges)]
    assert sanitised(*pieces) == sanitised(b"".join(pieces))


@given(OUTPUT)
def test_what_is_safe_stays_as_it_is(output: bytes) -> None:
    once = sanitised(output)
    assert sanitised(once) == once


@given(
    st.lists(
        st.sampled_from([b"ab", b"\r\n", b"\x1b[5;5H", b"\x1b[2J", b"\x1b[K", b"\x1b[31m", b"\x1b[A"]), max_size=20
    )
)
def test_harmless_output_looks_the_same(pieces: list[bytes]) -> None:
    assert screen(sanitised(*pieces)) == screen(b"".join(pieces))


def screen(output: bytes) -> list[str]:
    shown = pyte.Screen(20, 10)
    pyte.ByteStream(shown).feed(output)
    return list(shown.display)


LIVE = [
    b"\x1b[c\x1b[>0c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?2026$p\x1b[4$p\x1b[?u\x1b[>0q\x1b[14t\x1b[18t",
    b"\x1b]10;?\x07\x1b]11;?\x07\x1b]4;12;?\x07",
    b"bell\x07",
]


@pytest.mark.parametrize("question", LIVE)
def test_one_that_runs_may_ask_what_a_terminal_answers_in_a_form_of_its_own(question: bytes) -> None:
    assert Sanitiser(keys=True, asks=True)(question) == question
    assert b"\x1b" not in Sanitiser(keys=True)(question)
    assert b"\x1b" not in Sanitiser()(question)


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x1b]52;c;ZXZpbA==\x07",
        b"\x1b]52;c;?\x07",
        b"\x1b]0;title\x07\x1b]1;t\x07\x1b]2;t\x1b\\",
        b"\x1b[20t\x1b[21t\x1b[22;0t\x1b[23;0t",
        b"\x1bP$q\x0a\x1b\\",
        b"\x1bP+q544e\x1b\\",
        b"\x05",
        b"\x1b]11;#000000\x07\x1b]4;1;#ffffff\x07\x1b]104\x07",
        b"\x1b]50;?\x07\x1b]7;file://x/\x07\x1b]9;note\x07\x1b]1337;x\x07",
        b"\x1b]8;;file:///etc/passwd\x07\x1b]8;;javascript:x\x07",
        b"\x1b[5i\x1b[4i\x1b[?5i",
        b"\x1b[3J",
        b"\x1b_Gi=1,a=T;AAAA\x1b\\\x1bPq#0\x1b\\\x1b^x\x1b\\",
        b"\x1b[8;1;1t\x1b[2t\x1b[9;1t",
        b"\x1b[2h\x1b[?3h\x1b[?69h\x1b[?1337h",
        b"\x1b[x\x1b[1x\x1b[0;1y\x1b[1*y",
        b"\x1b]99999999;?\x07\x1b]4;9999;?\x07\x1b]10;?;?\x07\x1b]10;x\x07",
    ],
)
def test_even_one_that_runs_reaches_no_clipboard_title_printer_or_answer_of_its_own_making(hostile: bytes) -> None:
    for size in (1, 3, len(hostile)):
        live = Sanitiser(keys=True, asks=True)
        pieces = [hostile[at : at + size] for at in range(0, len(hostile), size)]
        assert b"".join(map(live, pieces)) == b""


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_what_draws_passes_wherever_it_is_cut(size: int) -> None:
    drawn = b"\x1b[32mok\x1b[0;1;38;5;9m \x1b[3A\x1b[12;7Htext\x1b[K\x1b[m\r\n" * 20
    clean = Sanitiser()

    assert b"".join(clean(drawn[at : at + size]) for at in range(0, len(drawn), size)) == drawn
    assert clean.has_steered


@pytest.mark.parametrize("held", [b"\x1b", b"\x1b[", b"\x1b[3", b"\x1b[3;", b"\x1b]", b"\x1b]0;deck", "\x9b".encode()])
def test_nothing_of_a_sequence_is_let_out_before_its_end(held: bytes) -> None:
    """Python 3.11.2 lets its beginning pass where the pattern has possessive repeats: the rest is text then."""
    sanitiser = Sanitiser()

    assert sanitiser(b"H\x1b[1;31mH55H" + held) == b"H\x1b[1;31mH55H"
    assert b"\x1b[6n" not in sanitiser(b"6n") + sanitiser.finish()


@pytest.mark.parametrize("end", [b"", b"\x1b[6n"])
def test_many_sequences_at_once_take_no_memory_each(end: bytes) -> None:
    drawn, sanitiser = b"\x1b[m" * 350_000, Sanitiser()

    tracemalloc.start()
    shown = sanitiser(drawn + end)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert shown == drawn
    assert peak < 16 * len(drawn)
