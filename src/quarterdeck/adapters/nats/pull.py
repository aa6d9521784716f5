"""Pulling from one JetStream consumer: one request always stands, so that a job arrives when it is published."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import structlog
from nats.aio.msg import Msg

from quarterdeck.adapters.nats.connection import Listener, NatsConnection
from quarterdeck.application.background import end
from quarterdeck.domain.errors import UnavailableError

logger = structlog.get_logger(__name__)

BATCH = 256
EXPIRES_SECONDS = 30.0
HEARTBEAT_SECONDS = 2.0
RETRY_SECONDS = 0.2

_STATUS = "Status"
_HEARTBEAT = "100"
_EXPIRED = "408"
_NANO = 1_000_000_000


class Pull:
    """Asks again when a request is used up or has expired, when the connection came back, and when the server is
    silent for two heartbeats; makes the consumer anew where it is gone."""

    def __init__(
        self,
        connection: NatsConnection,
        stream: str,
        consumer: str,
        *,
        make: Callable[[], Awaitable[None]],
        receive: Callable[[Msg], Awaitable[None]],
    ) -> None:
        self._connection, self._make, self._receive = connection, make, receive
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._inbox = f"_INBOX.{uuid4().hex}"
        self._listener: Listener | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = asyncio.Event()
        self._missing = True
        self._left = 0
        self._heard = 0.0

    async def start(self) -> None:
        """The consumer stands when this returns, where the server answers."""
        self._listener = await self._connection.listen(self._inbox, self._handle)
        self._connection.on_up.append(self._came_back)
        with suppress(UnavailableError):
            await self._make()
            self._missing = False
        self._task = asyncio.create_task(self._keep_asking(), name=f"pull {self._next}")

    async def stop(self) -> None:
        self._connection.on_up.remove(self._came_back)
        if self._task:
            await end([self._task])
        if self._listener:
            await self._listener.close()

    def _came_back(self) -> None:
        self._missing = True
        self._again.set()

    async def _handle(self, message: Msg) -> None:
        self._heard = asyncio.get_running_loop().time()
        status = message.headers.get(_STATUS) if message.headers else None
        if status is None:
            self._left -= 1
            await self._receive(message)
        elif status != _HEARTBEAT:
            self._left = 0
            self._missing = status != _EXPIRED
        if self._left <= 0:
            self._again.set()

    async def _keep_asking(self) -> None:
        while True:
            self._again.clear()
            try:
                if self._missing:
                    await self._make()
                    self._missing = False
                await self._ask()
            except UnavailableError as error:
                logger.debug("no jobs to be had", error=error.message)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            await self._until_used_up()
            if self._missing:
                await asyncio.sleep(RETRY_SECONDS)

    async def _ask(self) -> None:
        self._left = BATCH
        self._heard = asyncio.get_running_loop().time()
        request = b'{"batch":%d,"expires":%d,"idle_heartbeat":%d}' % (
            BATCH,
            int(EXPIRES_SECONDS * _NANO),
            int(HEARTBEAT_SECONDS * _NANO),
        )
        await self._connection.publish(self._next, request, reply=self._inbox)

    async def _until_used_up(self) -> None:
        while not self._again.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), 2 * HEARTBEAT_SECONDS)
            if asyncio.get_running_loop().time() - self._heard >= 2 * HEARTBEAT_SECONDS:
                self._missing = True
                return
