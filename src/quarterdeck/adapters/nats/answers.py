"""Answering requests on core NATS, side by side. What an answer raises goes back to who asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

import msgspec
import structlog
from nats.aio.msg import Msg

from quarterdeck.adapters.nats.connection import Listener, NatsConnection
from quarterdeck.adapters.nats.failures import Failure, told
from quarterdeck.application.background import end
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError

logger = structlog.get_logger(__name__)

AskedT = TypeVar("AskedT")


class Answers:
    """Gives answers until it is left. Who asks then hears at once that nobody answers, who has asked that this ends.

    `failed` makes an answer of a failure.
    """

    def __init__(self, connection: NatsConnection, failed: Callable[[Failure], msgspec.Struct]) -> None:
        self._connection, self._failed = connection, failed
        self._listeners: list[Listener] = []
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await asyncio.gather(*(listener.drain() for listener in self._listeners))
            # what came last has to begin, or it could not answer that it ends
            await asyncio.sleep(0)
        finally:
            await end(self._running)

    async def give(
        self, subject: str, shape: type[AskedT], answer: Callable[[AskedT], Awaitable[msgspec.Struct]], queue: str = ""
    ) -> None:
        """To each who asks on this subject."""

        async def handle(message: Msg) -> None:
            self.keep(self._respond(message, lambda: answer(msgspec.json.decode(message.data, type=shape))))

        self._listeners.append(await self._connection.listen(subject, handle, queue=queue))

    def keep(self, work: Awaitable[None]) -> None:
        """Starts it; it ends with the answers."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _respond(self, message: Msg, answer: Callable[[], Awaitable[msgspec.Struct]]) -> None:
        try:
            reply = await answer()
        except QuarterdeckError as error:
            reply = self._failed(told(error))
        except asyncio.CancelledError:
            await self._send(message, self._failed(told(UnavailableError("The worker stops.", "Ask again."))))
            raise
        except Exception:
            logger.exception("a request to a worker failed", subject=message.subject)
            reply = self._failed(told(UnavailableError("The worker failed at this.", "Its log says how.")))
        await self._send(message, reply)

    async def _send(self, message: Msg, reply: msgspec.Struct) -> None:
        try:
            await self._connection.publish(message.reply, msgspec.json.encode(reply))
        except UnavailableError as error:
            logger.warning("an answer was lost", subject=message.subject, error=error.message)
