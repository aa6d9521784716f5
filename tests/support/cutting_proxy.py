"""A PostgreSQL socket that can swallow one answer and hang up: the commit is done, its client does not know."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


class CuttingProxy:
    """Passes bytes between its clients and the real socket."""

    def __init__(self, real: Path) -> None:
        self._real = real
        self._serving: set[asyncio.Task[None]] = set()
        self.swallowing = False
        """Set, the next answer from the server is dropped and its connection with it."""
        self.swallowed = 0

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def close(self) -> None:
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(str(self._real))
        asking = asyncio.create_task(_pass_on(reader, server_writer))
        try:
            await self._answer(server_reader, writer)
        finally:
            asking.cancel()
            for each in (writer, server_writer):
                each.close()
                with suppress(OSError):
                    await each.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.swallowing:
                    self.swallowing = False
                    self.swallowed += 1
                    return
                writer.write(data)
                await writer.drain()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def cutting_proxy(real: Path, socket: Path) -> AsyncGenerator[CuttingProxy]:
    """Listens on `socket` for the server on `real`."""
    proxy = CuttingProxy(real)
    server = await asyncio.start_unix_server(proxy.accept, str(socket))
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
