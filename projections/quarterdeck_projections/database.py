"""The pool that queries read through."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, LiteralString, Self, TypeVar

import psycopg
from psycopg.rows import kwargs_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from quarterdeck.domain.errors import UnavailableError

RowT = TypeVar("RowT")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Database:
    """Reads with the application's role, for any number of tasks. A lost connection is replaced and asked again."""

    def __init__(self, url: str, *, min_size: int = 1, max_size: int = 8, timeout_seconds: float = 10) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout_seconds,
            kwargs={"autocommit": True},
            name="read models",
            open=False,
        )

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.close()

    async def rows(
        self,
        make: Callable[..., RowT],
        query: LiteralString,
        parameters: Mapping[str, object] | None = None,
        *,
        by_index: bool = False,
    ) -> list[RowT]:
        """`make(**columns)` for each row. `query` reads only: it may run twice where the connection breaks.

        `by_index`: rows are small and what they point to is large, which the planner does not reckon with.
        """
        try:
            try:
                return await self._rows(make, query, parameters, by_index=by_index)
            except psycopg.OperationalError:
                await self._pool.check()
                return await self._rows(make, query, parameters, by_index=by_index)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise UnavailableError(
                "The database does not answer.", "It is tried again; see `quarterdeck doctor` if this lasts."
            ) from error

    async def first(
        self,
        make: Callable[..., RowT],
        query: LiteralString,
        parameters: Mapping[str, object] | None = None,
    ) -> RowT | None:
        found = await self.rows(make, query, parameters)
        return found[0] if found else None

    async def _rows(
        self,
        make: Callable[..., RowT],
        query: LiteralString,
        parameters: Mapping[str, object] | None,
        *,
        by_index: bool,
    ) -> list[RowT]:
        async with self._pool.connection() as connection, AsyncExitStack() as stack:
            if by_index:
                await stack.enter_async_context(connection.transaction())
                await connection.execute("SET LOCAL enable_seqscan = off")
            cursor = await stack.enter_async_context(connection.cursor(binary=True, row_factory=kwargs_row(make)))
            await cursor.execute(query, parameters)
            return await cursor.fetchall()
