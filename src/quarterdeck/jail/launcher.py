"""The worker's side of a zygote: starts it, and asks it for shims or for proxies."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from quarterdeck.jail import zygote
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim import kernel

ANSWER_SECONDS = 10.0
SHIMS = ("-I", "-S", str(Path(zygote.__file__).resolve()))
"""Arguments to Python of the zygote of shims, as it gives them to any: the number of its socket comes after them."""


class Launcher:
    """One zygote, started when first needed and again when it has died; none for what was asked for before a close."""

    def __init__(self, arguments: Sequence[str] = SHIMS) -> None:
        self._arguments = arguments
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

    async def fork(self, configuration: bytes, *given: int) -> int:
        """A new process, with what it is `given` of ours: descriptors. Returns its pid.

        Cancelled, it is made all the same, or its answer would be taken for the next one's: it finds whom it was to
        speak to gone.
        """
        fds = [kernel.memory_file(configuration), *map(os.dup, given)]
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
        raise JailError("The process that starts jails and proxies does not answer.", "Look at the worker's log.")

    def _ensure(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._control is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = self._spawn(theirs)
            ours.settimeout(0)
            self._control = ours
        return self._control

    async def close(self) -> None:
        """Ends the zygote. Those it forked live on."""
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

    def _spawn(self, control: socket.socket) -> subprocess.Popen[bytes]:
        """With an empty environment and its own session: nothing that happens to the worker's terminal concerns it."""
        fd = control.fileno()
        program = [sys.executable, *self._arguments, str(fd)]
        return subprocess.Popen(
            program, env={}, cwd="/", pass_fds=(fd,), start_new_session=True, stdin=subprocess.DEVNULL
        )


def _retrieve(asking: "asyncio.Task[int]") -> None:
    """Nobody may be left to hear of a failure."""
    if not asking.cancelled():
        asking.exception()
