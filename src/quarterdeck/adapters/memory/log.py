"""The log in memory: the same rows, digests and order, gone with the process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from hashlib import sha256
from itertools import islice
from typing import TypeVar
from uuid import UUID

from quarterdeck.adapters.postgres.events import decoded
from quarterdeck.adapters.postgres.rows import PreparedRow, check_size
from quarterdeck.adapters.postgres.writes import prepare_writes
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import (
    EVERYTHING,
    Context,
    EventFilter,
    EventMoment,
    LoggedEvent,
    Marks,
    RawEvent,
    StreamWrite,
)
from quarterdeck.application.ports.system import Clock
from quarterdeck.audit.chain import GENESIS, link
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.events import Event

BATCH = 1000
RowT = TypeVar("RowT", RawEvent, LoggedEvent)


class MemoryEventLog:
    """`EventLog` and `LogReader`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: list[RawEvent] = []
        self._versions: defaultdict[UUID, int] = defaultdict(int)
        self._moved = asyncio.Event()

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        self._check(writes)
        prepared = prepare_writes(writes, context, self._clock.now())
        check_size(prepared.rows)
        recorded = prepared.recorded(len(self._rows) + 1)
        for event, row in zip(recorded, prepared.rows, strict=True):
            self.put(_raw(event, row, self._rows[-1].digest if self._rows else GENESIS))
        return recorded

    def put(self, row: RawEvent) -> None:
        """Adds a row as it is, as one that a later release wrote."""
        self._rows.append(row)
        self._versions[row.stream_id] = row.version
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def replace(self, row: RawEvent) -> None:
        """The row at its position becomes this."""
        self._rows[row.position - 1] = row

    async def load(self, stream_id: UUID) -> Sequence[LoggedEvent]:
        return [decoded(row) for row in self._rows if row.stream_id == stream_id]

    async def last(self, stream_ids: Collection[UUID]) -> Mapping[UUID, LoggedEvent]:
        return {row.stream_id: decoded(row) for row in self._rows if row.stream_id in stream_ids}

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        return [decoded(row) for row in self._rows[after : after + limit]]

    async def read_session(self, session_id: UUID, after: int, limit: int) -> Sequence[LoggedEvent]:
        return [decoded(row) for row in await self.raw(after, limit, EventFilter(session_id=session_id))]

    async def read_project(
        self, project_id: UUID, topics: Collection[str], after: int, limit: int
    ) -> Sequence[LoggedEvent]:
        return [
            decoded(row) for row in await self.raw(after, limit, EventFilter(project_ids=[project_id], topics=topics))
        ]

    async def raw(
        self,
        after: int,
        limit: int,
        chosen: EventFilter = EVERYTHING,
        *,
        before: int | None = None,
        backward: bool = False,
    ) -> Sequence[RawEvent]:
        within = self._rows[after : len(self._rows) if before is None else max(before - 1, 0)]
        if backward:
            return list(islice(filter(chosen.holds, reversed(within)), limit))[::-1]
        return list(islice(filter(chosen.holds, within), limit))

    async def marks(self, chosen: EventFilter, every: int) -> Marks:
        meant = [row.position for row in self._rows if chosen.holds(row)]
        return Marks(total=len(meant), positions=meant[::every], last=meant[-1] if meant else 0)

    async def moments(self, after: int, limit: int, chosen: EventFilter = EVERYTHING) -> Sequence[EventMoment]:
        rows = await self.raw(after, limit, chosen)
        return [EventMoment(row.position, row.envelope.recorded_at, row.topic) for row in rows]

    async def digests(self, after: int, limit: int) -> Sequence[bytes]:
        return [row.digest for row in self._rows[after : after + limit]]

    async def head(self) -> int:
        return len(self._rows)

    def tail(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[LoggedEvent]]]:
        return self._tail(after, decoded)

    def tail_raw(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[RawEvent]]]:
        return self._tail(after, lambda row: row)

    @asynccontextmanager
    async def _tail(
        self, after: int, show: Callable[[RawEvent], RowT]
    ) -> AsyncGenerator[AsyncIterator[Sequence[RowT]]]:
        async with aclosing(self._follow(after, show)) as batches:
            yield batches

    async def _follow(self, position: int, show: Callable[[RawEvent], RowT]) -> AsyncGenerator[Sequence[RowT]]:
        while True:
            moved = self._moved
            if batch := self._rows[position : position + BATCH]:
                position = batch[-1].position
                yield [show(row) for row in batch]
            else:
                await moved.wait()

    def _check(self, writes: Sequence[StreamWrite]) -> None:
        reached: dict[UUID, int] = {}
        for write in writes:
            current = reached.get(write.stream_id, self._versions[write.stream_id])
            if write.events and current != write.expected_version:
                raise ConcurrencyError(
                    f"Stream {write.stream_id} is at version {current}, not at {write.expected_version}.",
                    "Load it again and decide again.",
                )
            reached[write.stream_id] = current + len(write.events)


def _raw(recorded: Recorded[Event], row: PreparedRow, previous: bytes) -> RawEvent:
    return RawEvent(
        position=recorded.position,
        stream_id=recorded.stream_id,
        version=recorded.version,
        topic=recorded.topic,
        schema_version=recorded.schema_version,
        envelope=recorded.envelope,
        payload=row.payload,
        payload_digest=sha256(row.payload).digest(),
        digest=link(previous, recorded.position, row.covered),
    )
