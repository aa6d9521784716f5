"""Live output on core NATS: nobody waits for it, and nothing is kept."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from nats.aio.msg import Msg

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.domain.errors import UnavailableError

SUBSCRIBER_BYTES = 8 * 1024 * 1024
"""What is kept for a subscriber that does not read; what comes then is dropped, and it reads the transcript."""

MOST_WAITING = 16 * 1024 * 1024
"""A server that takes nothing any more must not fill this process's memory."""


class Inbox:
    """Messages that wait for one reader."""

    def __init__(self, limit: int = SUBSCRIBER_BYTES) -> None:
        self._messages: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._size, self._limit = 0, limit

    def put(self, data: bytes) -> None:
        if self._size and self._size + len(data) > self._limit:
            return
        self._messages.append(data)
        self._size += len(data)
        self._arrived.set()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        data = self._messages.popleft()
        self._size -= len(data)
        return data


class NatsLiveOutput:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    def _subject(self, command_id: UUID) -> str:
        return f"{self._prefix}.out.{command_id.hex}"

    async def publish(self, command_id: UUID, encoded: bytes) -> None:
        """Never fails and never waits for a server that is gone."""
        with suppress(UnavailableError):
            if self._connection.client.pending_data_size < MOST_WAITING:
                await self._connection.publish(self._subject(command_id), encoded)

    @asynccontextmanager
    async def subscribe(self, command_id: UUID) -> AsyncGenerator[AsyncIterator[bytes], None]:
        inbox = Inbox()

        async def handle(message: Msg) -> None:
            inbox.put(message.data)

        listener = await self._connection.listen(self._subject(command_id), handle)
        try:
            yield inbox
        finally:
            await listener.close()
