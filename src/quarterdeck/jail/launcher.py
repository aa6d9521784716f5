"""The worker's side of the zygote: starts it, and asks it for shims."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

from quarterdeck.jail import zygote
from quarterdeck.jail.errors import JailError

ANSWER_SECONDS = 10.0


class Launcher:
    """One zygote, started when first needed and again when it has died; none for what was asked for before a close."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._turn = asyncio.Lock()
        self._closings = 0

    async def warm_up(self) -> None:
        """Starts it, so that the first session need not wait for an interpreter."""
        async with self._turn:
            self._ensure()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def fork(self, folder: int, configuration: bytes, connection: socket.socket) -> int:
        """A new shim: in `folder`, with the worker's first connection; returns its pid.

        Cancelled, the shim is made all the same, or its answer would be taken for the next one's: it finds its
        connection closed.
        """
        memory = os.memfd_create("shim")
        with os.fdopen(os.dup(memory), "wb") as file:
            file.write(configuration)
        fds = [os.dup(folder), memory, os.dup(connection.fileno())]
        asking = asyncio.create_task(self._in_turn(fds, self._closings))
        asking.add_done_callback(_retrieve)
        return await asyncio.shield(asking)

    async def _in_turn(self, fds: list[int], closings: int) -> int:
        try:
            async with self._turn:
                if closings != self._closings:
                    # nobody would end the zygote that it started
                    raise JailError("No jail is started any more: the worker stops.", "Start it again when it has.")
                return await self._ask(fds)
        finally:
            for fd in fds:
                os.close(fd)

    async def _ask(self, fds: list[int]) -> int:
        for _ in range(2):
            control = self._ensure()
            try:
                socket.send_fds(control, [b"fork"], fds)
                answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(control, 64), ANSWER_SECONDS)
            except (OSError, TimeoutError):
                answer = b""
            if answer:
                return int(answer)
            # it was killed; a fresh one serves as well
            await asyncio.to_thread(self._end)
        raise JailError("The process that starts jails does not answer.", "Look at the worker's log.")

    def _ensure(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._control is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = _spawn(theirs)
            ours.settimeout(0)
            self._control = ours
        return self._control

    async def close(self) -> None:
        """Ends the zygote. Its shims live on."""
        self._closings += 1
        async with self._turn:
            await asyncio.to_thread(self._end)

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(ANSWER_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _retrieve(asking: "asyncio.Task[int]") -> None:
    """Nobody may be left to hear of a failure."""
    if not asking.cancelled():
        asking.exception()


def _spawn(control: socket.socket) -> subprocess.Popen[bytes]:
    """With an empty environment and its own session: nothing that happens to the worker's terminal concerns it."""
    fd = control.fileno()
    program = [sys.executable, "-I", "-S", str(Path(zygote.__file__).resolve()), str(fd)]
    return subprocess.Popen(program, env={}, cwd="/", pass_fds=(fd,), start_new_session=True, stdin=subprocess.DEVNULL)
