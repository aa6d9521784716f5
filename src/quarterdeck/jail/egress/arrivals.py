"""Connections that come from a jail: to a listener of its network, or announced by its agent where none comes out."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from quarterdeck.jail.sockets import Taken

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANNOUNCEMENT_BYTES = 64


class Server(Protocol):
    def close(self) -> None: ...


async def serve(taken: Taken, handle: Serve, limit: int) -> Server:
    """`limit`: bytes that are kept for a reader that is slow."""
    if taken.relayed:
        return AnnouncedServer(taken, handle, limit)
    return await asyncio.start_server(handle, sock=taken.made, limit=limit)


class AnnouncedServer:
    """For each announcement the agent is given one end of a connection (`jail.shim.relaying.Arrivals`)."""

    def __init__(self, taken: Taken, handle: Serve, limit: int) -> None:
        self._announcing = taken.made
        self._life = taken.life
        self._handle = handle
        self._limit = limit
        self._served: set[asyncio.Task[None]] = set()
        self._listening = asyncio.create_task(self._listen())

    def close(self) -> None:
        """What is being served goes on."""
        self._listening.cancel()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while await loop.sock_recv(self._announcing, ANNOUNCEMENT_BYTES):
                ours, theirs = socket.socketpair()
                with theirs:
                    socket.send_fds(self._announcing, [b"end"], [theirs.fileno()])
                serving = asyncio.create_task(self._serve(ours))
                self._served.add(serving)
                serving.add_done_callback(self._served.discard)
            # who announces was ended from inside the jail: another is to listen
            self._life.shutdown(socket.SHUT_RDWR)

    async def _serve(self, ours: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=self._limit)
        await self._handle(reader, writer)
