"""Byte streams to ports inside jails."""

import socket
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID


class ByteStream(Protocol):
    """Both ways, with back-pressure. Each method raises UnavailableError where it broke."""

    async def read(self) -> bytes:
        """The next bytes; none at the other side's end."""
        ...

    async def write(self, data: bytes) -> None:
        """Returns when the other side has room for more."""
        ...

    async def end(self) -> None:
        """No more bytes come from here."""
        ...


class Tunnels(Protocol):
    """Ways into jails, whatever host they stand on. Raises what the worker says, UnavailableError for no answer."""

    async def ports(self, worker_id: str, session_id: UUID) -> Sequence[int]:
        """TCP ports that something in the session listens on."""
        ...

    def dial(self, worker_id: str, session_id: UUID, port: int) -> AbstractAsyncContextManager[ByteStream]:
        """A connection to what listens on a port of the session's loopback."""
        ...


class TunnelHandler(Protocol):
    """The worker's side. What it raises reaches the caller."""

    async def ports(self, session_id: UUID) -> Sequence[int]: ...
    async def dial(self, session_id: UUID, port: int) -> socket.socket:
        """Connected, and not blocking."""
        ...


class TunnelServer(Protocol):
    def serve(self, worker_id: str, handler: TunnelHandler) -> AbstractAsyncContextManager[None]:
        """Answers, and carries bytes, while the context is entered."""
        ...
