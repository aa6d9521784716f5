"""Waiting for a condition, never for a time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(check: Callable[[], Awaitable[T]], within: float = 10.0) -> T: ...
@overload
async def eventually(check: Callable[[], T], within: float = 10.0) -> T: ...
async def eventually(check: Callable[[], object], within: float = 10.0) -> object:
    """Calls `check` until it returns something true, and gives that.

    An AssertionError in it counts as "not yet". After `within` seconds it fails with what it saw last. Between two
    calls it pauses for as long as the first took, at least: what is waited for needs the processor, too.
    """
    deadline = time.monotonic() + within
    pause = 0.002
    while True:
        began = time.monotonic()
        try:
            seen = await _call(check)
            if seen:
                return seen
        except AssertionError as error:
            seen = error
        now = time.monotonic()
        if now > deadline:
            raise AssertionError(f"did not come true within {within} s; last seen: {seen!r}")
        await asyncio.sleep(max(pause, now - began))
        pause = min(pause * 1.5, 0.05)


def until(check: Callable[[], object], within: float = 10.0) -> None:
    """The same where nothing can be awaited."""
    deadline = time.monotonic() + within
    while not check():
        assert time.monotonic() < deadline, f"did not come true within {within} s"
        time.sleep(0.01)


async def _call(check: Callable[[], object]) -> object:
    outcome = check()
    return await outcome if inspect.isawaitable(outcome) else outcome
