"""Tunnels in memory: the client and the server are one object."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from quarterdeck.application.ports.tunnels import ByteStream, TunnelHandler
from quarterdeck.application.tunnel import CHUNK
from quarterdeck.domain.errors import UnavailableError


class SocketStream:
    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened

    async def read(self) -> bytes:
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, CHUNK)
        except OSError as error:
            raise _broken() from error

    async def write(self, data: bytes) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as error:
            raise _broken() from error

    async def end(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise _broken() from error


class MemoryTunnels:
    """`Tunnels` and `TunnelServer`."""

    def __init__(self) -> None:
        self._handlers: dict[str, TunnelHandler] = {}

    @asynccontextmanager
    async def serve(self, worker_id: str, handler: TunnelHandler) -> AsyncGenerator[None]:
        self._handlers[worker_id] = handler
        try:
            yield
        finally:
            del self._handlers[worker_id]

    async def ports(self, worker_id: str, session_id: UUID) -> Sequence[int]:
        return await self._of(worker_id).ports(session_id)

    @asynccontextmanager
    async def dial(self, worker_id: str, session_id: UUID, port: int) -> AsyncGenerator[ByteStream]:
        with await self._of(worker_id).dial(session_id, port) as opened:
            yield SocketStream(opened)

    def _of(self, worker_id: str) -> TunnelHandler:
        try:
            return self._handlers[worker_id]
        except KeyError:
            raise UnavailableError(f"Worker {worker_id} does not answer.", "See `quarterdeck doctor`.") from None


def _broken() -> UnavailableError:
    return UnavailableError("The connection to the session broke off.", "Try again.")
