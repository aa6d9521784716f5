"""Programs without their start: calls run in forks of a process that has imported them (`ready_server`).

Imports are most of a short program's time, and were half of the time of all end-to-end tests. All else is a call's own:
process, session, environment, folder, standard streams, connections, and how it ends or is killed.
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

SERVER = Path(__file__).with_name("ready_server.py")
PIPE_HOLDS = 64 * 1024


def arguments(calls: socket.socket, parts: Sequence[str]) -> list[str]:
    """Of the interpreter that is to serve that end of a socket, having loaded the parts."""
    return ["-P", str(SERVER), str(calls.fileno()), *parts]


def sockets() -> tuple[socket.socket, socket.socket]:
    """Our end and the server's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class ReadyProcess:
    """A forked program, as subprocess.Popen has one that was started."""

    def __init__(self, told: IO[bytes]) -> None:
        self._told = told
        self.pid = int(told.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._told, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ReadyPrograms:
    """`process` is that of `ready_server`, which has the other end of `calls`."""

    def __init__(self, process: subprocess.Popen[bytes], calls: socket.socket) -> None:
        self._process, self._calls = process, calls

    def start(self, entry: str, environment: Mapping[str, str], folder: Path, stdin: bytes) -> ReadyProcess:
        """One that writes where this process does."""
        with ExitStack() as stack:
            given, (told, tells) = _given(stack, stdin), _pipe(stack)
            self._call(entry, [entry], environment, folder, [given.fileno(), 1, 2, tells.fileno()])
            tells.close()
            return ReadyProcess(os.fdopen(os.dup(told.fileno()), "rb", 0))

    def start_on(
        self, terminal: int, entry: str, words: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> ReadyProcess:
        """One that the end of a pseudo-terminal controls."""
        with ExitStack() as stack:
            told, tells = _pipe(stack)
            handed = [terminal, terminal, terminal, tells.fileno()]
            self._call(entry, words, environment, folder, handed, on_terminal=True)
            tells.close()
            return ReadyProcess(os.fdopen(os.dup(told.fileno()), "rb", 0))

    def run(
        self,
        entry: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        stdin: bytes,
        within: float,
        parts: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        """Raises subprocess.TimeoutExpired, after it was killed. `parts`: to be loaded, for it and for later ones."""
        with ExitStack() as stack:
            given, taken, (end, tells_end) = _given(stack, stdin), (_pipe(stack), _pipe(stack)), _pipe(stack)
            handed = (given, taken[0][1], taken[1][1], tells_end)
            self._call(entry, words, environment, folder, [each.fileno() for each in handed], parts)
            for each in handed:
                each.close()
            out, err, told = _gathered((taken[0][0], taken[1][0], end), within)
        numbers = told.split()
        if len(numbers) < 2:
            _kill(numbers)
            raise subprocess.TimeoutExpired(list(words), within, out, err)
        return subprocess.CompletedProcess(list(words), int(numbers[1]), out, err)

    def _call(
        self,
        entry: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        fds: Sequence[int],
        parts: Sequence[str] = (),
        *,
        on_terminal: bool = False,
    ) -> None:
        call: dict[str, object] = {"entry": entry, "parts": list(parts), "words": words, "folder": str(folder)}
        call |= {"environment": dict(environment), "on_terminal": on_terminal}
        socket.send_fds(self._calls, [json.dumps(call).encode()], list(fds))

    def close(self) -> None:
        self._calls.close()
        self._process.wait(30)


def _given(stack: ExitStack, stdin: bytes) -> IO[bytes]:
    """Standard input that holds this and ends."""
    assert len(stdin) <= PIPE_HOLDS, "this much would have to be written while it runs"
    reading, writing = _pipe(stack)
    os.write(writing.fileno(), stdin)
    writing.close()
    return reading


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
