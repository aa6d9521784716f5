"""Running asyncio tasks side by side, and ending them for sure."""

import asyncio
from collections.abc import Coroutine, Iterable
from time import monotonic
from typing import Any

AGAIN_SECONDS = 1.0
"""So long a task that was cancelled may clean up before it is cancelled again."""


async def together(*works: Coroutine[Any, Any, object]) -> None:
    """Runs them side by side until all are done or one fails, whose error is raised. Then none of them runs.

    A task group of asyncio's cancels each of its tasks once, and waits for ever for one that has swallowed that.
    """
    tasks = [asyncio.create_task(work, name=getattr(work, "__qualname__", None)) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            if not task.cancelled():
                task.result()
    finally:
        await end(tasks)


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels them and waits until they are done, also where we are cancelled meanwhile. What they raise is ignored.

    A library that swallows a cancellation is cancelled again: nats-py's flush does, and `asyncio.wait_for` of
    Python 3.11 where what it waited for is done at the same moment.
    """
    all_of_them = list(tasks)
    waiting: set[asyncio.Task[Any]] = {task for task in all_of_them if not task.done()}
    cancelled: asyncio.CancelledError | None = None
    while waiting:
        for task in waiting:
            task.cancel()
        again = monotonic() + AGAIN_SECONDS
        while waiting and (left := again - monotonic()) > 0:
            try:
                await asyncio.wait(waiting, timeout=left)
            except asyncio.CancelledError as error:
                cancelled = error
            waiting = {task for task in waiting if not task.done()}
    for task in all_of_them:
        if not task.cancelled():
            # or asyncio would say that nobody asked
            task.exception()
    if cancelled is not None:
        raise cancelled
