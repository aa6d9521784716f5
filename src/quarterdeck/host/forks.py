"""The supervisor's side of the zygote (`zygote`): a child like others, which starts further ones by forking itself."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence

from quarterdeck.host import zygote
from quarterdeck.host.errors import ServiceError
from quarterdeck.host.launch import Launch, output_to

ANSWER_SECONDS = 10.0
LARGEST_ANSWER = 64


class Forked:
    """As subprocess.Popen has a child of its own."""

    def __init__(self, told: socket.socket) -> None:
        """Raises OSError or ValueError where the zygote is gone, TimeoutError where it does not answer."""
        told.settimeout(ANSWER_SECONDS)
        self.pid = int(told.recv(LARGEST_ANSWER))
        self._told = told
        self._code: int | None = None

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            self._told.settimeout(timeout)
            try:
                told = self._told.recv(LARGEST_ANSWER)
            except (BlockingIOError, TimeoutError):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
            # Nothing is told by a zygote that was killed; what was forked from it is killed then.
            self._code = int(told) if told else -signal.SIGKILL
            self._told.close()
        return self._code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Forks:
    """One zygote, as often as it is started: by who supervises it, who tells when it has loaded."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._next: tuple[socket.socket, socket.socket] | None = None
        self._loaded = asyncio.Event()

    def command(self, modules: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """The command line of the next zygote, and the descriptor that it inherits."""
        self._forget_next()
        self._next = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = self._next[1].fileno()
        return (sys.executable, "-P", "-m", zygote.__name__, str(number), *modules), number

    def loaded(self) -> None:
        assert self._next is not None
        if self._control is not None:
            self._control.close()
        self._control, theirs = self._next
        self._next = None
        theirs.close()
        self._loaded.set()

    async def fork(self, launch: Launch) -> Forked:
        """Starts a command line of this package's, as the account and with the environment that the zygote has.

        Waits for a zygote, but not between the start and the return: no word of the new process comes too early.
        """
        with output_to(launch.log) as log:
            while True:
                await self._loaded.wait()
                try:
                    return self._ask(launch, log)
                except TimeoutError:
                    raise ServiceError(f"The zygote does not answer, so {launch.name} is not started.") from None
                except (OSError, ValueError):
                    # It was killed: the next one's turn.
                    self._loaded.clear()

    def _ask(self, launch: Launch, log: int) -> Forked:
        assert self._control is not None
        request = json.dumps({"argv": launch.argv, "environment": dict(launch.environment)}).encode()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self._control, [request], [log, theirs.fileno()])
            return Forked(ours)
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """To be called when the last zygote has ended."""
        self._forget_next()
        if self._control is not None:
            self._control.close()

    def _forget_next(self) -> None:
        for end in self._next or ():
            end.close()
        self._next = None
