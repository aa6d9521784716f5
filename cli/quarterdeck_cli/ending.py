"""The end of what runs beside something else."""

import asyncio
from typing import Any

AGAIN_SECONDS = 0.5


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancels them until they have ended, also where we are cancelled meanwhile. A transport that is just connecting
    may swallow the first time. What they raise is not raised again.
    """
    left = {task for task in tasks if not task.done()}
    cancelled: asyncio.CancelledError | None = None
    while left:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=AGAIN_SECONDS)
        except asyncio.CancelledError as error:
            cancelled = error
        left = {task for task in left if not task.done()}
    await asyncio.gather(*tasks, return_exceptions=True)
    if cancelled is not None:
        raise cancelled
