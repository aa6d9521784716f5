"""Ready programs on a pseudo-terminal, held as pexpect holds what it has spawned."""

import importlib
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pexpect
from tests.support.ready import ReadyProcess, ReadyPrograms, arguments, sockets

_Spawn: Any = vars(pexpect)["spawn"]
_Pty: Any = vars(importlib.import_module("ptyprocess"))["PtyProcess"]


class _ReadyPty(_Pty):  # type: ignore[misc]  # neither library has whole types
    """Its end is told, and cannot be waited for."""

    def __init__(self, process: ReadyProcess, terminal: int) -> None:
        _Pty.__init__(self, process.pid, terminal)
        self._process = process
        self.exitstatus: int | None = None
        self.signalstatus: int | None = None

    def isalive(self) -> bool:
        return not self.terminated and self._ended(self._process.poll()) is None

    def wait(self) -> int | None:
        return self._ended(self._process.wait())

    def _ended(self, code: int | None) -> int | None:
        if code is not None:
            self.terminated = True
            self.exitstatus = code if code >= 0 else None
            self.signalstatus = -code if code < 0 else None
        return code


class ReadyTerminal(_Spawn):  # type: ignore[misc]
    """As pexpect.spawn of a program that was started: it reads, types, resizes, waits and kills."""

    def __init__(self, process: ReadyProcess, terminal: int, timeout: float) -> None:
        _Spawn.__init__(self, None, timeout=timeout)
        self.ptyproc = _ReadyPty(process, terminal)
        self.pid, self.child_fd = process.pid, terminal
        self.terminated = self.closed = False


def on_ready_terminal(
    programs: ReadyPrograms,
    entry: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    dimensions: tuple[int, int],
    timeout: float,
) -> Any:
    """The program in this process's folder. `dimensions`: rows, columns; `timeout`: of what is expected, in seconds."""
    ours, theirs = pty.openpty()
    try:
        termios.tcsetwinsize(theirs, dimensions)
        return ReadyTerminal(programs.start_on(theirs, entry, words, environment, Path.cwd()), ours, timeout)
    finally:
        os.close(theirs)


@contextmanager
def ready_programs(parts: Sequence[str]) -> Generator[ReadyPrograms]:
    """Of this interpreter and as this user, with these parts imported."""
    ours, theirs = sockets()
    with theirs:
        process = subprocess.Popen([sys.executable, *arguments(theirs, parts)], pass_fds=[theirs.fileno()])
    with closing(ReadyPrograms(process, ours)) as programs:
        yield programs
