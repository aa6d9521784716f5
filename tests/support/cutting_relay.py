"""A TCP relay in front of the gateway whose connections can be cut abruptly, with a reset."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

ABRUPTLY = struct.pack("ii", 1, 0)
"""SO_LINGER on with no time: closing sends a reset."""


class CuttingRelay:
    def __init__(self, port: int) -> None:
        self._target = port
        self._connections: set[asyncio.StreamWriter] = set()
        self._passed = 0
        self.port = 0
        self.cuts = 0

    @property
    def passed(self) -> int:
        """Bytes that have gone from the gateway to its clients."""
        return self._passed

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._connections |= {writer, back}
        try:
            await asyncio.gather(self._pass(reader, back, count=False), self._pass(there, writer, count=True))
        finally:
            self._connections -= {writer, back}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, count: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
                self._passed += len(data) if count else 0
        writer.close()

    def cut(self) -> None:
        """Resets every connection there is."""
        self.cuts += 1
        for writer in list(self._connections):
            raw: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
            writer.transport.abort()


@asynccontextmanager
async def cutting_relay(port: int) -> AsyncGenerator[CuttingRelay]:
    """Listens on a free port for what listens on `port`."""
    relay = CuttingRelay(port)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        relay.cut()
        server.close()
