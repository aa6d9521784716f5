"""`qd` without its start: calls run in forks of a process that has imported it (`qd_server`).

Imports are most of a call's time, and were half of the time of all end-to-end tests. All else is a call's own: process,
session, environment, folder, standard streams, the connection to the server, and how it ends.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

PROGRAM = Path(__file__).with_name("qd_server.py")
PIPE_HOLDS = 64 * 1024


class ReadyQd:
    """`process` is that of `qd_server`, which has the other end of `calls`."""

    def __init__(self, process: subprocess.Popen[bytes], calls: socket.socket) -> None:
        self._process, self._calls = process, calls

    def runs(self) -> bool:
        return self._process.poll() is None

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, stdin: bytes, within: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Raises subprocess.TimeoutExpired, after it was killed."""
        assert len(stdin) <= PIPE_HOLDS, "this much would have to be written while it runs"
        with ExitStack() as stack:
            given, taken, (end, tells_end) = _pipe(stack), (_pipe(stack), _pipe(stack)), _pipe(stack)
            os.write(given[1].fileno(), stdin)
            call = {"words": words, "environment": dict(environment), "folder": str(folder)}
            handed = (given[0], taken[0][1], taken[1][1], tells_end)
            socket.send_fds(self._calls, [json.dumps(call).encode()], [each.fileno() for each in handed])
            for each in (*handed, given[1]):
                each.close()
            out, err, told = _gathered((taken[0][0], taken[1][0], end), within)
        numbers = told.split()
        if len(numbers) < 2:
            _kill(numbers)
            raise subprocess.TimeoutExpired(["qd", *words], within, out, err)
        return subprocess.CompletedProcess(list(words), int(numbers[1]), out, err)

    def close(self) -> None:
        self._calls.close()
        self._process.wait(30)


def _pipe(stack: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    """Reading end, writing end."""
    reading, writing = os.pipe()
    return stack.enter_context(os.fdopen(reading, "rb", 0)), stack.enter_context(os.fdopen(writing, "wb", 0))


def _gathered(pipes: Sequence[IO[bytes]], within: float) -> list[bytes]:
    """All that comes on each, to their ends or for so long."""
    gathered = {pipe: bytearray() for pipe in pipes}
    until = time.monotonic() + within
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ, pipe)
        while selector.get_map() and (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if part := os.read(key.fd, 1 << 16):
                    gathered[key.data] += part
                else:
                    selector.unregister(key.data)
    return [bytes(each) for each in gathered.values()]


def _kill(numbers: Sequence[bytes]) -> None:
    for pid in numbers[:1]:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
