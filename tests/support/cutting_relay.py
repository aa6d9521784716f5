"""A relay in front of a server whose connections can be cut abruptly, or which swallows an answer and hangs up."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.waiting import eventually

ABRUPTLY = struct.pack("ii", 1, 0)
"""SO_LINGER on with no time: closing sends a reset."""
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class CuttingRelay:
    """Passes bytes between its clients and the server that `connect` reaches."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connections: set[asyncio.StreamWriter] = set()
        self.port = 0
        """Where it listens, for a server on a port."""
        self.passed = 0
        """Bytes that have gone from the server to its clients."""
        self.cuts = 0
        self.swallowing = False
        """Set, the next answer from the server is dropped and its connection with it: done, and its client does not
        know."""
        self.swallowed = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await self._connect()
        except OSError:
            writer.close()
            return
        self._connections |= {writer, back}
        try:
            await asyncio.gather(self._ask(reader, back), self._answer(there, writer))
        finally:
            self._connections -= {writer, back}

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while (data := await reader.read(1 << 16)) and not self._swallow():
                writer.write(data)
                await writer.drain()
                self.passed += len(data)
        writer.close()

    def _swallow(self) -> bool:
        swallowing, self.swallowing = self.swallowing, False
        self.swallowed += swallowing
        return swallowing

    def cut(self) -> None:
        """Resets every connection there is."""
        self.cuts += 1
        for writer in list(self._connections):
            raw: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
            writer.transport.abort()

    async def close(self) -> None:
        self.cut()
        await eventually(lambda: not self._connections)


@asynccontextmanager
async def relay_to_port(port: int) -> AsyncGenerator[CuttingRelay]:
    """Listens on a free port of its own."""
    relay = CuttingRelay(lambda: asyncio.open_connection("127.0.0.1", port))
    async with await asyncio.start_server(relay.serve, "127.0.0.1", 0) as server:
        relay.port = server.sockets[0].getsockname()[1]
        try:
            yield relay
        finally:
            await relay.close()


@asynccontextmanager
async def relay_to_socket(real: Path, own: Path) -> AsyncGenerator[CuttingRelay]:
    """Listens on the socket `own`."""
    relay = CuttingRelay(lambda: asyncio.open_unix_connection(str(real)))
    async with await asyncio.start_unix_server(relay.serve, str(own)):
        try:
            yield relay
        finally:
            await relay.close()
