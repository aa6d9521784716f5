"""Live output in memory."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID


class MemoryLiveOutput:
    def __init__(self) -> None:
        self._subscribers: dict[UUID, list[asyncio.Queue[bytes]]] = {}

    async def publish(self, command_id: UUID, encoded: bytes) -> None:
        for queue in self._subscribers.get(command_id, ()):
            queue.put_nowait(encoded)

    @asynccontextmanager
    async def subscribe(self, command_id: UUID) -> AsyncGenerator[AsyncIterator[bytes], None]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        subscribers = self._subscribers.setdefault(command_id, [])
        subscribers.append(queue)
        try:
            yield _forever(queue)
        finally:
            subscribers.remove(queue)


async def _forever(queue: "asyncio.Queue[bytes]") -> AsyncIterator[bytes]:
    while True:
        yield await queue.get()
