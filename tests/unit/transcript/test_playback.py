"""Playing a transcript."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.transcript.playback import Player, Timeline


def output(time_us: int, data: bytes = b"x", offset: int = 0, kind: str = "OUTPUT") -> Frame:
    return Frame(kind, offset, time_us, data)


def test_frames_are_due_when_they_were_recorded() -> None:
    timeline = Timeline()
    assert [timeline.due(output(us)) for us in (500_000, 1_500_000, 1_500_000)] == [0.5, 1.5, 1.5]


def test_a_faster_speed_shortens_every_pause() -> None:
    timeline = Timeline(speed=4)
    assert [timeline.due(output(us)) for us in (1_000_000, 3_000_000)] == [0.25, 0.75]


def test_long_pauses_are_cut_and_what_follows_keeps_its_distance() -> None:
    timeline = Timeline(idle_limit=2)
    assert [timeline.due(output(us)) for us in (1_000_000, 61_000_000, 62_000_000)] == [1, 3, 4]


@given(st.lists(st.integers(0, 2**62), max_size=20))
def test_time_never_goes_back(times: list[int]) -> None:
    timeline = Timeline()
    due = [timeline.due(output(us)) for us in times]
    assert due == sorted(due)


@pytest.mark.parametrize("speed", [0, -1, math.inf, math.nan, 1e9])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed is above 0"):
        Timeline(speed=speed)


@pytest.mark.parametrize("limit", [-1, math.nan])
def test_an_impossible_limit_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="0 s or more"):
        Timeline(idle_limit=limit)


def test_output_and_errors_are_shown_each_with_a_state_of_its_own() -> None:
    player = Player()
    shown = [
        player.show(output(0, b"a\xc3", 0)),
        player.show(output(0, b"\x1b[3", 2, "ERROR")),
        player.show(output(0, b"\xa9", 5)),
        player.show(output(0, b"1mred", 6, "ERROR")),
    ]
    assert shown == [b"a", b"", "é".encode(), b"\x1b[31mred"]


def test_input_resizes_and_signals_are_not_shown() -> None:
    player = Player()
    for kind in ("INPUT", "RESIZE", "SIGNAL", "END"):
        assert player.show(output(0, b"secret", 0, kind)) == b""


def test_lost_output_is_told_with_its_reason() -> None:
    player = Player()
    player.show(output(0, b"abc", 0))
    assert player.show(output(0, b"disk \x1b]0;full\x07", 3, "GAP")) == b""
    shown = player.show(output(0, b"def", 2003))
    assert b"[2,000 bytes of output are missing here: disk \\x1b]0;full\\x07]" in shown
    assert shown.endswith(b"def")
    assert b"missing" not in player.show(output(0, b"g", 2006))


def test_a_jump_without_a_word_is_told_too() -> None:
    assert b"[7 bytes of output are missing here]" in Player().show(output(0, b"a", 7))


def test_breaking_off_restores_the_terminal() -> None:
    player = Player()
    player.show(output(0, b"\x1b[?1049h\x1b[?25l"))
    assert b"\x1b[?1049l" in player.finish()
