"""A worker's side of the connection to a shim: questions with answers, and doorbells."""

import asyncio
import itertools
import os
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim.wire import Head, Unpacker, pack

GONE = "The session's shim does not answer."
GONE_NEXT = "The worker builds the jail anew on the session's files; what ran in it is lost."


class ShimGoneError(JailError):
    """The shim has ended, or cannot be reached."""

    def __init__(self, message: str = GONE, next_step: str = GONE_NEXT) -> None:
        super().__init__(message, next_step)


class Link(asyncio.Protocol):
    """One connection. All questions fail with ShimGoneError once it is lost."""

    def __init__(self) -> None:
        self._unpacker = Unpacker()
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[tuple[Head, bytes]]] = {}
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._transport: asyncio.Transport | None = None
        self.first: asyncio.Future[Head] = asyncio.get_running_loop().create_future()
        """The unasked message that a new shim begins with."""
        self.lost = False

    @classmethod
    async def over(cls, connected: socket.socket) -> "Link":
        connected.settimeout(0)
        loop = asyncio.get_running_loop()
        _, link = await loop.create_unix_connection(cls, sock=connected)
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        for head, body in self._unpacker.feed(data):
            self._take(head, body)

    def _take(self, head: Head, body: bytes) -> None:
        if "ring" in head:
            for bell in self._bells.get(head["ring"], ()):
                bell.set()
        elif "id" in head:
            waiting = self._asked.pop(head["id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result((head, body))
        elif not self.first.done():
            self.first.set_result(head)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(ShimGoneError())
        self._asked.clear()
        if not self.first.done():
            self.first.cancel()
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def ask(self, do: str, body: bytes = b"", **head: Any) -> tuple[Head, bytes]:
        """Raises ShimGoneError, and JailError with what the shim says went wrong."""
        if self.lost or self._transport is None:
            raise ShimGoneError
        number = next(self._numbers)
        waiting: asyncio.Future[tuple[Head, bytes]] = asyncio.get_running_loop().create_future()
        self._asked[number] = waiting
        self._transport.write(pack({"do": do, "id": number, **head}, body))
        try:
            answer, data = await waiting
        finally:
            self._asked.pop(number, None)
        if "error" in answer:
            raise JailError(str(answer["error"]), "Look at the session with `qd session show ID`.")
        return answer, data

    def tell(self, do: str, **head: Any) -> None:
        """Without an answer."""
        if self.lost or self._transport is None:
            raise ShimGoneError
        self._transport.write(pack({"do": do, **head}))

    @contextmanager
    def bell(self, command_id: UUID) -> Generator[asyncio.Event]:
        """Set when the command's spool has more than was armed for, and when the connection is lost."""
        bell = asyncio.Event()
        name = str(command_id)
        bells = self._bells.setdefault(name, set())
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells:
                self._bells.pop(name, None)

    async def give_up(self, within: float) -> None:
        """For a new shim that will not be told what to make: it has ended when this returns, in so many seconds."""
        if self._transport is not None and not self.lost:
            self._transport.write_eof()
            await asyncio.wait([self.first], timeout=within)
        self.close()

    def close(self) -> None:
        self.lost = True
        if self._transport is not None:
            self._transport.close()


async def connect(folder: int, name: str) -> tuple[Link, int, int]:
    """Connects to a socket in an open folder; returns the link, and pid and uid of who listens there.

    The path goes through the descriptor: it stays short, and no folder above it can be swapped.
    """
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(0)
        connected.connect(f"/proc/self/fd/{folder}/{name}")
        pid, uid = _peer(connected)
        return await Link.over(connected), pid, uid
    except OSError as error:
        connected.close()
        raise ShimGoneError(f"The session's shim does not answer: {os.strerror(error.errno or 0)}.") from error


def _peer(connected: socket.socket) -> tuple[int, int]:
    pid, uid, _ = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return pid, uid
