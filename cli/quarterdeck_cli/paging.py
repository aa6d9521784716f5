"""Long answers on a terminal, a screen at a time."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from typing import Final

PAGER_VARIABLE: Final = "PAGER"
_LESS: Final = "FRX"
"""What `less` is to do where nobody says: leave at once where all fits, take colours, and leave the text there."""


def pager(environment: Mapping[str, str] = os.environ) -> list[str] | None:
    """The program that pages, or None: where `PAGER` is empty or `cat`, or nothing is there."""
    chosen = environment.get(PAGER_VARIABLE)
    if chosen is not None:
        try:
            words = shlex.split(chosen)
        except ValueError:
            return None
        return words if words and words != ["cat"] and shutil.which(words[0]) else None
    return ["less"] if shutil.which("less") else None


def paged(text: bytes, program: list[str]) -> bool:
    """Shows it by the program until the user leaves it, whose Ctrl-C is; False where it could not be started."""
    environment = {**os.environ, "LESS": os.environ.get("LESS", _LESS)}
    try:
        running = subprocess.Popen(program, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running.communicate(text)
    finally:
        signal.signal(signal.SIGINT, before)
    return True
