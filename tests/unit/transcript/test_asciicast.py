"""Export as asciicast v2."""

import json
import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pyte
from hypothesis import example, given
from hypothesis import strategies as st

from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.transcript.asciicast import CastHeader, CastWriter

HEADER = CastHeader(columns=100, rows=30, started_at=1_700_000_000, command="make", title="t", terminal=True)


def cast(frames: Iterable[Frame], header: CastHeader = HEADER) -> list[Any]:
    writer = CastWriter(header)
    lines = [writer.header(), *(line for frame in frames for line in writer.frame(frame)), *writer.finish()]
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    return [json.loads(line) for line in lines]


def output(data: bytes, time_us: int = 0, kind: str = "OUTPUT") -> Frame:
    return Frame(kind, 0, time_us, data)


def test_the_header_says_what_was_run_where() -> None:
    assert cast([]) == [
        {
            "version": 2,
            "width": 100,
            "height": 30,
            "timestamp": 1_700_000_000,
            "command": "make",
            "title": "t",
            "env": {"SHELL": "/bin/bash", "TERM": "xterm-256color"},
        }
    ]


def test_output_input_resizes_and_gaps_are_events() -> None:
    frames = [
        output(b"$ ", 1_000),
        output(b"ls\r", 1_500_000, "INPUT"),
        output(b"err", 1_500_001, "ERROR"),
        output(struct.pack("<HH", 120, 40), 2_000_000, "RESIZE"),
        output(b"TERM", 2_000_000, "SIGNAL"),
        output(b"disk full", 3_000_000, "GAP"),
        output(b"", 4_000_000, "END"),
    ]
    assert cast(frames)[1:] == [
        [0.001, "o", "$ "],
        [1.5, "i", "ls\r"],
        [1.500001, "o", "err"],
        [2.0, "r", "120x40"],
        [3.0, "m", "output is missing: disk full"],
    ]


def test_a_character_cut_by_a_frame_comes_with_its_end() -> None:
    first, rest = "é🙂".encode()[:4], "é🙂".encode()[4:]
    assert cast([output(first, 1), output(rest, 2)])[1:] == [[1e-06, "o", "é"], [2e-06, "o", "🙂"]]


def test_bytes_that_are_no_utf_8_are_replaced_also_at_the_end() -> None:
    assert cast([output(b"a\xff\xfeb"), output(b"\xe2\x82", 5)])[1:] == [
        [0.0, "o", "a\ufffd\ufffdb"],
        [5e-06, "o", "\ufffd"],
    ]


def test_without_a_terminal_lines_start_at_the_left() -> None:
    plain = CastHeader(columns=80, rows=24, started_at=0, command="", title="", terminal=False)
    assert cast([output(b"a\nb\n"), output(b"in\n", 0, "INPUT")], plain)[1:] == [
        [0.0, "o", "a\r\nb\r\n"],
        [0.0, "i", "in\n"],
    ]


def test_a_resize_that_is_none_is_left_out() -> None:
    assert cast([output(b"?", 0, "RESIZE")])[1:] == []


@given(st.lists(st.tuples(st.binary(max_size=20), st.integers(-10, 10_000_000)), max_size=20))
def test_time_never_goes_back_and_no_text_is_lost(pieces: list[tuple[bytes, int]]) -> None:
    events = cast(output(data, time_us) for data, time_us in pieces)[1:]
    assert [at for at, _, _ in events] == sorted(at for at, _, _ in events)
    assert all(at >= 0 for at, _, _ in events)
    whole = b"".join(data for data, _ in pieces).decode("utf-8", "replace")
    assert "".join(text for _, _, text in events) == whole


PIECES = st.sampled_from(
    [b"hello", b"\r\n", "漢字é".encode(), b"\x1b[5;5H", b"\x1b[2J", b"\x1b[31mred", b"\x1b[K", b"\x1b(0qq\x1b(B", b"\t"]
)


@given(st.lists(PIECES, max_size=15).map(b"".join), st.lists(st.integers(0, 80), max_size=8))
@example("\x1b[5;5H漢字\x1b[5;5Hred".encode(), [])
def test_the_cast_draws_the_screen_that_the_output_drew(printed: bytes, cuts: Sequence[int]) -> None:
    edges = [0, *sorted(min(cut, len(printed)) for cut in cuts), len(printed)]
    frames = [output(printed[start:end], start) for start, end in pairwise(edges)]
    played = "".join(text for _, code, text in cast(frames)[1:] if code == "o")
    assert screen(played.encode()) == screen(printed)


def screen(printed: bytes) -> list[str]:
    shown = pyte.Screen(40, 12)
    pyte.ByteStream(shown).feed(printed)
    # not shown.display, which fails on a wide character of which half was written over
    return ["".join(shown.buffer[row][column].data for column in range(shown.columns)) for row in range(shown.lines)]
