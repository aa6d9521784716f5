"""Ctrl-C while a command of the REPL runs: it ends that command, and not the REPL."""

import asyncio
import signal
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from quarterdeck_cli.exitcodes import ExitCode


async def interruptible(work: Coroutine[Any, Any, int | None]) -> int:
    """The exit code of `work`. A command that takes Ctrl-C itself, as `run` does, gets it instead."""
    task = asyncio.create_task(work)
    with _cancelling(task):
        try:
            return int(await task or 0)
        except asyncio.CancelledError:
            if (own := asyncio.current_task()) and own.cancelling():
                task.cancel()
                raise
            return ExitCode.CANCELLED


@contextmanager
def _cancelling(task: asyncio.Task[Any]) -> Generator[None]:
    """By a plain handler: what a command sets in its place, it puts back."""
    loop = asyncio.get_running_loop()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(task.cancel)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
