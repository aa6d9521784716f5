"""Long work that somebody may stop wanting meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from quarterdeck.application.background import end

ResultT = TypeVar("ResultT")


async def while_wanted(
    work: Coroutine[Any, Any, ResultT], wanted: Callable[[], Awaitable[bool]], every: float
) -> ResultT | None:
    """Does the work, and asks every so many seconds whether it is still wanted. None: it was not, and was cancelled."""
    working = asyncio.create_task(work)
    try:
        while True:
            done, _ = await asyncio.wait({working}, timeout=every)
            if done:
                return working.result()
            if not await wanted():
                await end([working])
                # it may have come to its end all the same
                return None if working.cancelled() else working.result()
    finally:
        await end([working])
