"""Parquet, made row group by row group while pages come: its memory is that of some pages.

The library writes in a thread of its own, since it asks for the next page and hands out what is written by itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import IO, TypeVar, cast

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet

from quarterdeck.gateway.tables.table import Cell, Column, Kind, Page, Table

ResultT = TypeVar("ResultT")

PART = 128 * 1024
"""Bytes that are handed out at once."""
ROW_GROUP = 100_000
COMPRESSION = "zstd(3)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TYPES = {
    Kind.TIME: DataType.timestamp("us", tz="UTC"),
    Kind.WHOLE: DataType.int64(),
    Kind.TEXT: DataType.string(),
}


async def parquet_file(table: Table) -> AsyncGenerator[bytes]:
    async with aclosing(table.pages):
        bridge = _Bridge(table.pages)
        writing = asyncio.create_task(asyncio.to_thread(_write, table.columns, bridge))
        try:
            while (part := await bridge.taken(writing)) is not None:
                yield part
        finally:
            bridge.stop()
            await asyncio.gather(writing, return_exceptions=True)
        # what a page failed with is told as it was; the library has words of its own for it
        if bridge.failure:
            raise bridge.failure
        writing.result()


class _Bridge:
    """Between the event loop, which has the pages and takes the parts, and the thread that writes."""

    def __init__(self, pages: AsyncGenerator[Page]) -> None:
        self._pages = pages
        self._loop = asyncio.get_running_loop()
        self._parts: asyncio.Queue[bytes] = asyncio.Queue(maxsize=2)
        self._waited_for: asyncio.Task[object] | None = None
        self._stopped = False
        self.failure: Exception | None = None

    async def taken(self, writing: asyncio.Task[None]) -> bytes | None:
        """The next part; None where the thread has ended and all of it was taken."""
        getting = asyncio.create_task(self._parts.get())
        try:
            await asyncio.wait([getting, writing], return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
            return None if self._parts.empty() else self._parts.get_nowait()
        finally:
            getting.cancel()

    def stop(self) -> None:
        """The thread ends: what it waits for fails, and what it would wait for."""
        self._stopped = True
        if self._waited_for:
            self._waited_for.cancel()

    def pages(self) -> Generator[Page]:
        """For the thread."""
        while (page := self._in_the_loop(self._page)) is not None:
            yield page

    def put(self, part: bytes) -> None:
        """For the thread: waits until there is room."""
        self._in_the_loop(lambda: self._parts.put(part))

    def _in_the_loop(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(self._unless_stopped(work), self._loop).result()

    async def _unless_stopped(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        if self._stopped:
            raise asyncio.CancelledError
        self._waited_for = asyncio.current_task()
        return await work()

    async def _page(self) -> Page | None:
        try:
            return await anext(self._pages, None)
        except Exception as error:
            self.failure = error
            raise


class _Sink:
    """A file that is only written to."""

    def __init__(self, bridge: _Bridge) -> None:
        self._bridge = bridge
        self._gathered = bytearray()

    def write(self, data: bytes) -> int:
        self._gathered += data
        if len(self._gathered) >= PART:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._gathered:
            self._bridge.put(bytes(self._gathered))
            self._gathered.clear()

    def seek(self, *_: int) -> int:
        """The library looks for it, and goes without."""
        raise OSError("this file is written from its beginning to its end")


def _write(columns: Sequence[Column], bridge: _Bridge) -> None:
    schema = Schema([Field(column.name, _TYPES[column.kind], nullable=True) for column in columns])
    batches = (_batch(schema, columns, page) for page in bridge.pages() if page)
    sink = _Sink(bridge)
    write_parquet(
        # whatever can be iterated is taken, though the stubs say a sequence
        RecordBatchReader.from_batches(schema, cast("Sequence[RecordBatch]", batches)),
        cast("IO[bytes]", sink),
        compression=COMPRESSION,
        max_row_group_size=ROW_GROUP,
    )
    sink.flush()


def _batch(schema: Schema, columns: Sequence[Column], page: Page) -> RecordBatch:
    cells = zip(*page, strict=True)
    return RecordBatch([_array(column, own) for column, own in zip(columns, cells, strict=True)], schema=schema)


def _array(column: Column, cells: Sequence[Cell]) -> Array:
    if column.kind is Kind.TIME:
        return Array([_microseconds(cell) for cell in cells], type=_TYPES[Kind.WHOLE]).cast(_TYPES[Kind.TIME])
    return Array(cells, type=_TYPES[column.kind])


def _microseconds(cell: Cell) -> int | None:
    return (cell - _EPOCH) // _MICROSECOND if isinstance(cell, datetime) else None
