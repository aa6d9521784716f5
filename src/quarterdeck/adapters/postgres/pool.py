"""The connections that readers share, and what a lost one means."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from quarterdeck.domain.errors import UnavailableError

T = TypeVar("T")
Connection = AsyncConnection[tuple[Any, ...]]
Work = Callable[[Connection], Awaitable[T]]
RETRY_INTERVAL = 0.05


class Pool:
    """To be entered before use. Runs work on a connection, and again when the connection is lost meanwhile.

    Each statement commits by itself; work must bear being repeated.
    """

    def __init__(self, url: str, *, size: int = 4, patience_seconds: float = 10.0) -> None:
        self._patience = patience_seconds
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            kwargs={"autocommit": True},
            name="quarterdeck",
            reconnect_timeout=2,
        )

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.close()

    async def run(self, work: Work[T]) -> T:
        """Raises UnavailableError where PostgreSQL stays away."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                async with self._pool.connection(timeout=self._patience) as connection:
                    return await work(connection)
            except (psycopg.OperationalError, PoolTimeout) as error:
                if time.monotonic() > deadline:
                    raise UnavailableError(
                        f"PostgreSQL does not answer ({str(error).partition(chr(10))[0]}).", "Try again later."
                    ) from error
            await asyncio.sleep(RETRY_INTERVAL)
