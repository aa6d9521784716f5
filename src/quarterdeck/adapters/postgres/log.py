"""The log's ports on PostgreSQL: appends through the recorder, reads through a pool, tails through one listener."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from quarterdeck.adapters.postgres.events import Row, as_it_is, head_at, logged_event, raw_event
from quarterdeck.adapters.postgres.feed import MAX_ROWS, Entry, Feed
from quarterdeck.adapters.postgres.listener import BATCH, Listener
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.reader import EventReader
from quarterdeck.adapters.postgres.recent import RecentStreams
from quarterdeck.adapters.postgres.recorder import GroupCommittingRecorder
from quarterdeck.adapters.postgres.tracing import traced
from quarterdeck.adapters.postgres.writes import prepare_writes
from quarterdeck.application import tracing
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
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError
from quarterdeck.domain.events import Event

RowT = TypeVar("RowT", RawEvent, LoggedEvent)


class PostgresEventLog:
    """`EventLog` and `LogReader`. Enter it before use: `async with PostgresEventLog(url, clock) as log`.

    With `remember`, a stream that was loaded is not read again for a moment, as long as a tail is open to hear of it.
    With `pause_seconds`, tails look at most so often, which leaves the processors to others; but at once again after an
    event of the topics `unpaused`, which leads to more.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        remember: bool = False,
        pause_seconds: float = 0.0,
        unpaused: Set[str] = frozenset(),
    ) -> None:
        self._clock = clock
        self._recorder = GroupCommittingRecorder(url)
        self._pool = Pool(url)
        self._reader = EventReader(self._pool)
        self._feed = Feed()
        self._listener = Listener(url, self._feed, self._recorder.know_head, pause_seconds, unpaused)
        self._recent: RecentStreams | None = None
        if remember:
            self._recent = RecentStreams()
            self._feed.heard = self._recent.heard

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.stop()
        await self._pool.__aexit__(kind, error, trace)
        await asyncio.to_thread(self._recorder.close)

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        if tracing.is_on():
            return await traced(self._append, writes, context)
        return await self._append(writes, context)

    async def _append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        prepared = prepare_writes(writes, context, self._clock.now())
        if not prepared.rows:
            return ()
        ticket: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._recorder.enqueue(prepared.rows, ticket)
        return prepared.recorded(await ticket)

    async def load(self, stream_id: UUID) -> Sequence[LoggedEvent]:
        if self._recent and (known := self._recent.get(stream_id, self._recorder.known_version(stream_id))):
            return known
        before = self._feed.position
        rows = await self._reader.stream(stream_id, as_it_is)
        events = [logged_event(row) for row in rows]
        if rows:
            self._recorder.know_version(stream_id, events[-1].version)
            # what is loaded was often written just now, and the log has not moved on since
            self._recorder.know_head(head_at(rows[-1]), quiet=True)
        if self._recent and before is not None:
            self._recent.put(stream_id, events, self._feed.after(before, MAX_ROWS))
        return events

    async def last(self, stream_ids: Collection[UUID]) -> Mapping[UUID, LoggedEvent]:
        rows = await self._reader.last(stream_ids, as_it_is) if stream_ids else []
        found = {event.stream_id: event for event in map(logged_event, rows)}
        for stream_id, event in found.items():
            # so that one that is remembered at an earlier version is read again
            self._recorder.know_version(stream_id, event.version)
        return found

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        return await self._reader.after(after, limit, logged_event)

    async def read_session(self, session_id: UUID, after: int, limit: int) -> Sequence[LoggedEvent]:
        return await self._reader.filtered(after, limit, logged_event, EventFilter(session_id=session_id))

    async def read_project(
        self, project_id: UUID, topics: Collection[str], after: int, limit: int
    ) -> Sequence[LoggedEvent]:
        chosen = EventFilter(project_ids=[project_id], topics=topics)
        return await self._reader.filtered(after, limit, logged_event, chosen)

    async def raw(
        self,
        after: int,
        limit: int,
        chosen: EventFilter = EVERYTHING,
        *,
        before: int | None = None,
        backward: bool = False,
    ) -> Sequence[RawEvent]:
        return await self._reader.filtered(after, limit, raw_event, chosen, before=before, backward=backward)

    async def marks(self, chosen: EventFilter, every: int) -> Marks:
        return await self._reader.marks(chosen, every)

    async def moments(self, after: int, limit: int, chosen: EventFilter = EVERYTHING) -> Sequence[EventMoment]:
        return await self._reader.moments(after, limit, chosen)

    async def digests(self, after: int, limit: int) -> Sequence[bytes]:
        return await self._reader.digests(after, limit)

    async def head(self) -> int:
        return (await self._reader.head()).position

    def tail(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[LoggedEvent]]]:
        return self._tail(after, logged_event, lambda entry: entry.logged)

    def tail_raw(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[RawEvent]]]:
        return self._tail(after, raw_event, lambda entry: entry.raw)

    @asynccontextmanager
    async def _tail(
        self, after: int, build: Callable[[Row], RowT], show: Callable[[Entry], RowT]
    ) -> AsyncGenerator[AsyncIterator[Sequence[RowT]]]:
        self._listener.start()
        async with aclosing(self._follow(after, build, show)) as batches:
            yield batches

    async def _follow(
        self, position: int, build: Callable[[Row], RowT], show: Callable[[Entry], RowT]
    ) -> AsyncGenerator[Sequence[RowT]]:
        while True:
            moved = self._feed.moved
            entries = self._feed.after(position, BATCH)
            batch = await self._catch_up(position, build) if entries is None else [show(entry) for entry in entries]
            if not batch:
                await moved.wait()
            elif batch[0].position != position + 1:
                raise _gap(position + 1)
            else:
                position = batch[-1].position
                yield batch

    async def _catch_up(self, position: int, build: Callable[[Row], RowT]) -> list[RowT]:
        """From the log itself, however long PostgreSQL is away."""
        while True:
            try:
                return await self._reader.after(position, BATCH, build)
            except UnavailableError:
                continue


def _gap(position: int) -> QuarterdeckError:
    return QuarterdeckError(f"The log has no event at position {position}.", "Run `qd audit verify`.")
