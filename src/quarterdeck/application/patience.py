"""Waiting for PostgreSQL and NATS to come back: what a role has to write is written, however long that takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from quarterdeck.domain.errors import UnavailableError

logger = structlog.get_logger(__name__)

T = TypeVar("T")
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 1.0


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """The outcome of the first call that is not UNAVAILABLE. The call must bear to be repeated after an unknown end."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await call()
        except UnavailableError as error:
            logger.warning("waiting for a part that is away", error=error.message)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
