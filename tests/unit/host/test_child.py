"""How often and how fast a process that dies is started again, and how its end is told."""

import sys
from pathlib import Path

import pytest

from quarterdeck.host.child import Child, ChildSpec, describe_end
from quarterdeck.host.launch import Launch
from quarterdeck.host.log_files import log_tail


def child() -> Child:
    return Child(ChildSpec(name="any", launch=lambda: Launch(name="any", argv=(sys.executable,))))


def test_the_first_death_is_followed_at_once_and_the_next_ever_more_slowly() -> None:
    dying = child()
    pauses: list[float] = []
    for _ in range(10):
        dying.died("exit code 1")
        pauses.append(dying.pause())
    assert pauses == [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("code", "told"), [(0, "exit code 0"), (3, "exit code 3"), (-9, "signal SIGKILL"), (-64, "signal SIGRTMAX")]
)
def test_an_end_is_told_by_code_or_signal(code: int, told: str) -> None:
    assert describe_end(code) == told


def test_the_last_line_of_a_long_log_is_found(tmp_path: Path) -> None:
    log = tmp_path / "any.log"
    log.write_text("x" * 100_000 + "\nthe last\n")
    assert log_tail(log) == "the last"
    assert log_tail(tmp_path / "none") == ""
