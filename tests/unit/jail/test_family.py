"""Stopping all that descend from one: until they have stopped, and not until they were told."""

import signal
import time
from collections.abc import Callable

import pytest

from quarterdeck.jail.shim import family
from quarterdeck.jail.shim.family import ROUNDS, Process, stop_all

PATIENCE = 30.0
Found = dict[int, Process]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Who was told to stop, as often as it was."""
    pids: list[int] = []

    def send(pid: int, number: int) -> None:
        assert number == signal.SIGSTOP
        pids.append(pid)

    monkeypatch.setattr(family, "send", send)
    return pids


def process(state: str, parent: int = 1) -> Process:
    return Process(state, parent, threads=1, pages=1)


def in_turn(*looks: Found) -> Callable[[], Found]:
    """The last for ever."""
    left = list(looks)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_one_that_does_not_get_to_run_is_waited_for(told: list[int]) -> None:
    busy = [{7: process("R")}] * 200

    assert stop_all(in_turn(*busy, {7: process("T")}), PATIENCE) == {7}

    assert told == [7] * 200


def test_those_that_were_forked_meanwhile_are_stopped_too(told: list[int]) -> None:
    looks = {7: process("R")}, {7: process("T"), 8: process("R", 7)}, {7: process("T"), 8: process("T", 7)}

    assert stop_all(in_turn(*looks), PATIENCE) == {7, 8}

    assert told == [7, 8]


def test_one_that_waits_for_its_stopped_child_is_not_waited_for(told: list[int]) -> None:
    assert stop_all(in_turn({7: process("D"), 8: process("T", 7)}), PATIENCE) == set()
    assert told == []


def test_one_that_hangs_is_waited_for_no_longer_than_there_is_patience(told: list[int]) -> None:
    began = time.monotonic()

    assert stop_all(in_turn({7: process("D")}), 0.05) == {7}

    assert time.monotonic() - began >= 0.05
    assert set(told) == {7}


def test_what_forks_faster_than_it_is_stopped_is_not_followed_for_ever(told: list[int]) -> None:
    looks = [{pid: process("R")} for pid in range(2, 1000)]

    assert len(stop_all(in_turn(*looks), PATIENCE)) == ROUNDS
    assert len(told) == ROUNDS
