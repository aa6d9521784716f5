"""Hearing from children that they are ready, by the protocol of sd_notify(3)."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from quarterdeck.readiness import READY

LARGEST_MESSAGE = 4096
CREDENTIALS = struct.Struct("3i")
"""pid, uid, gid: as the kernel puts them on a message."""
MORE_TIME = "EXTEND_TIMEOUT_USEC="


class Notices:
    """One socket for all children. A message counts for the process that sent it and for no other."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Queue[str]] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        # The kernel chooses a name that is in no folder: whatever user a child runs as can send to it.
        self._socket.bind("")

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._socket, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    @property
    def address(self) -> str:
        """The value of NOTIFY_SOCKET for children."""
        name: bytes = self._socket.getsockname()
        return f"@{os.fsdecode(name[1:])}"

    async def ready(self, pid: int, within: float) -> None:
        """Returns when the process has said that it is ready. Raises TimeoutError.

        To be called before anything else is awaited after its start, so that no message comes too early.
        """
        loop = asyncio.get_running_loop()
        with self._messages_of(pid) as messages:
            async with asyncio.timeout(within) as limit:
                while (message := await messages.get()) != READY:
                    more = message.removeprefix(MORE_TIME)
                    if message.startswith(MORE_TIME) and more.isdigit():
                        limit.reschedule(max(limit.when() or 0.0, loop.time() + int(more) / 1e6))

    @contextmanager
    def _messages_of(self, pid: int) -> Generator[asyncio.Queue[str]]:
        self._waiting[pid] = asyncio.Queue()
        try:
            yield self._waiting[pid]
        finally:
            del self._waiting[pid]

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, ancillary, _, _ = self._socket.recvmsg(LARGEST_MESSAGE, socket.CMSG_SPACE(CREDENTIALS.size))
                self._take(data, ancillary)

    def _take(self, data: bytes, ancillary: list[tuple[int, int, bytes]]) -> None:
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                pid, _, _ = CREDENTIALS.unpack(content)
                if pid in self._waiting:
                    for line in data.decode(errors="replace").splitlines():
                        self._waiting[pid].put_nowait(line)
