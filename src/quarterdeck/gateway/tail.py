"""The log as it grows, followed once for the whole gateway."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

import structlog

from quarterdeck.application.ports.log import EVERYTHING, EventFilter, EventLog, LogReader, RawEvent
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.errors import QuarterdeckError

logger = structlog.get_logger(__name__)

HELD_EVENTS = 5_000
HELD_BYTES = 4 * 1024 * 1024
EVENT_BYTES = 1024
"""What an event takes beside its payload."""
PAGE = 500
AGAIN_SECONDS = 0.5


class LogTail:
    """The latest events, in a window in which each follower has its own place. One that falls behind reads the log."""

    def __init__(self, log: EventLog, rows: LogReader) -> None:
        self._log, self._rows = log, rows
        self._held: deque[RawEvent] = deque()
        self._size = 0
        self._moved = asyncio.Event()
        self._listeners: list[Callable[[Sequence[RawEvent]], None]] = []
        self.position = 0
        """How far this process has heard."""

    def listen(self, listener: Callable[[Sequence[RawEvent]], None]) -> None:
        self._listeners.append(listener)

    async def run(self, started: asyncio.Event) -> None:
        """Follows the log until it is cancelled; `started` once nothing can be missed any more."""
        while True:
            try:
                if not started.is_set():
                    self.position = await self._log.head()
                async with self._rows.tail_raw(self.position) as batches:
                    started.set()
                    async for batch in batches:
                        self._take(batch)
            except QuarterdeckError as error:
                logger.warning("the log's tail is not heard", error=error.message)
            except Exception:
                logger.exception("the log's tail failed")
            await asyncio.sleep(AGAIN_SECONDS)

    async def follow(self, after: int, chosen: EventFilter = EVERYTHING) -> AsyncIterator[RawEvent]:
        """Events after a position, of those that are meant: stored, then live, without end."""
        at = after
        while True:
            while at < self._first - 1:
                heard = self.position
                rows = await self._rows.raw(at, PAGE, chosen)
                for row in rows:
                    yield row
                at = max(rows[-1].position if rows else at, heard if len(rows) < PAGE else 0)
            events = self._after(at)
            if not events:
                await self._moved.wait()
            for event in events:
                at = event.position
                if chosen.holds(event):
                    yield event

    def _take(self, batch: Sequence[RawEvent]) -> None:
        for event in batch:
            self._held.append(event)
            self._size += _size(event)
            self.position = event.position
        if any(event.topic == PayloadErased.TOPIC for event in batch):
            # what is held may be what was erased: followers read the log
            self._held.clear()
            self._size = 0
        while len(self._held) > HELD_EVENTS or (self._size > HELD_BYTES and len(self._held) > 1):
            self._size -= _size(self._held.popleft())
        for listener in self._listeners:
            listener(batch)
        self._moved.set()
        self._moved = asyncio.Event()

    @property
    def _first(self) -> int:
        """The position of the oldest event held, or of the next to come."""
        return self._held[0].position if self._held else self.position + 1

    def _after(self, at: int) -> list[RawEvent]:
        """Positions are gapless, so a place in the window is found by counting."""
        start = max(0, at + 1 - self._first)
        return [self._held[index] for index in range(start, min(len(self._held), start + PAGE))]


def _size(event: RawEvent) -> int:
    return EVENT_BYTES + len(event.payload or b"")
