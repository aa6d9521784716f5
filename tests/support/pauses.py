"""uvicorn looks ten times in a second whether it is to stop, and waits a tenth of a second for connections to end, also
where there are none: that was most of the time of the tests that start a server each.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import uvicorn.server

TIMES_FASTER = 20


class _Asyncio:
    """The module as uvicorn's server has it, with shorter sleeps."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / TIMES_FASTER)


@contextmanager
def shorter() -> Generator[None]:
    """While a server runs. It does all in the same order and waits for the same things."""
    with patch.object(uvicorn.server, "asyncio", _Asyncio()):
        yield
