"""Workers and conductors on real parts, each a process of its own that a test may kill."""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.support.ready import ReadyProcess, ReadyPrograms, arguments, sockets

ROOT = Path(__file__).parents[2]
PARTS = ("tests.support.worker_process", "tests.support.conductor_process")


@contextmanager
def part_process(part: str, given: Mapping[str, object]) -> Generator[ReadyProcess]:
    """One of PARTS, told that on its standard input."""
    process = _ready().start(f"{part}:start", os.environ, ROOT, json.dumps(given).encode())
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@cache
def _ready() -> ReadyPrograms:
    """Of this test process, till its end."""
    ours, theirs = sockets()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, *arguments(theirs, PARTS)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
        )
    made = ReadyPrograms(process, ours)
    atexit.register(made.close)
    return made
