"""Answering requests on core NATS, side by side. What an answer raises goes back to who asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import structlog
from nats.aio.msg import Msg

from quarterdeck.adapters.nats.connection import Listener, NatsConnection
from quarterdeck.adapters.nats.failures import Failure, told
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError

logger = structlog.get_logger(__name__)

AskedT = TypeVar("AskedT")


async def answering(
    connection: NatsConnection,
    subject: str,
    shape: type[AskedT],
    answer: Callable[[AskedT], Awaitable[msgspec.Struct]],
    failed: Callable[[Failure], msgspec.Struct],
    running: set[asyncio.Task[None]],
    *,
    queue: str = "",
) -> Listener:
    """`failed` makes an answer of a failure. Those under way are in `running`, for who stops to end them."""

    async def answered(data: bytes) -> msgspec.Struct:
        try:
            return await answer(msgspec.json.decode(data, type=shape))
        except QuarterdeckError as error:
            return failed(told(error))
        except Exception:
            logger.exception("a request to a worker failed", subject=subject)
            return failed(told(UnavailableError("The worker failed at this.", "Its log says how.")))

    async def respond(message: Msg) -> None:
        reply = msgspec.json.encode(await answered(message.data))
        try:
            await connection.publish(message.reply, reply)
        except UnavailableError as error:
            logger.warning("an answer was lost", subject=subject, error=error.message)

    async def handle(message: Msg) -> None:
        keep(running, respond(message))

    return await connection.listen(subject, handle, queue=queue)


def keep(running: set[asyncio.Task[None]], work: Awaitable[None]) -> None:
    """Starts it, and knows it until it has ended."""
    task = asyncio.ensure_future(work)
    running.add(task)
    task.add_done_callback(running.discard)
