"""What processes use, as it is looked at."""

import os
import subprocess
import sys

from quarterdeck.jail.shim.family import Process
from quarterdeck.jail.shim.watching import PAGE, Watch, proportional, resident

MANY = 1_000_000


def _as_if_large() -> Process:
    return Process("S", 1, threads=1, pages=MANY)


def _ended() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def test_a_process_that_ended_meanwhile_uses_nothing() -> None:
    running = {_ended(): _as_if_large()}

    assert resident(running) == MANY * PAGE
    assert proportional(running) == 0
    assert Watch(memory=MANY, processes=None).over({1: running}) is None


def test_who_has_more_than_there_is_to_have_is_told() -> None:
    running = {os.getpid(): _as_if_large()}

    assert 0 < proportional(running) < MANY * PAGE
    assert Watch(memory=PAGE, processes=None).over({1: {}, 2: running}) == ("out_of_memory", 2)
    assert Watch(memory=MANY * PAGE, processes=None).over({2: running}) is None
