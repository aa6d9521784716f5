"""Work that goes on until a role is told to stop."""

import asyncio
from collections.abc import Awaitable

import structlog

logger = structlog.get_logger(__name__)


async def unless_stopped(work: Awaitable[object], stop: asyncio.Event) -> None:
    """Runs `work`; when told to stop, cancels it and waits until it has cleaned up."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        logger.info("stopped")
