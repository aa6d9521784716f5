"""The job queue in memory, with JetStream's manners: duplicates dropped by id, unsettled jobs delivered again."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from quarterdeck.application.ports.jobs import Delivery, Job


@dataclass(eq=False)
class _Entry:
    job: Job
    attempt: int = 0
    due: asyncio.TimerHandle | None = None
    settled: bool = False


class MemoryDelivery:
    def __init__(self, queue: "MemoryJobQueue", entry: _Entry) -> None:
        self._queue, self._entry, self._attempt = queue, entry, entry.attempt

    @property
    def job(self) -> Job:
        return self._entry.job

    @property
    def attempt(self) -> int:
        return self._attempt

    async def done(self) -> None:
        self._queue.settle(self._entry)

    async def retry(self, delay_seconds: float) -> None:
        self._queue.again(self._entry, delay_seconds)

    async def working(self) -> None:
        self._queue.again(self._entry, self._queue.ack_seconds)


class MemoryJobQueue:
    """One per test; shared by all that publish and consume in it."""

    def __init__(self, ack_seconds: float = 10.0) -> None:
        self.ack_seconds = ack_seconds
        self.published: list[Job] = []
        """Every call of `publish`, repeats too."""
        self._seen: set[tuple[str, str]] = set()
        self._ready: list[_Entry] = []
        self._consumers: dict[str, list[asyncio.Event]] = {}

    async def publish(self, job: Job) -> None:
        self.published.append(job)
        key = (job.event_id, job.kind.value)
        if key not in self._seen:
            self._seen.add(key)
            self._offer(_Entry(job))

    def forget(self) -> None:
        """As if JetStream's folder had been deleted: every job and message id is gone."""
        self._seen.clear()
        self._ready.clear()

    def settle(self, entry: _Entry) -> None:
        entry.settled = True
        if entry.due:
            entry.due.cancel()

    def again(self, entry: _Entry, delay_seconds: float) -> None:
        if entry.due:
            entry.due.cancel()
        if not entry.settled:
            entry.due = asyncio.get_running_loop().call_later(delay_seconds, self._offer, entry)

    def _offer(self, entry: _Entry) -> None:
        self._ready.append(entry)
        for events in self._consumers.values():
            for event in events:
                event.set()

    def _take(self, worker_id: str) -> _Entry | None:
        for entry in self._ready:
            if entry.job.worker_id in (None, worker_id):
                self._ready.remove(entry)
                entry.attempt += 1
                self.again(entry, self.ack_seconds)
                return entry
        return None

    @asynccontextmanager
    async def consume(self, worker_id: str) -> AsyncGenerator[AsyncIterator[Delivery], None]:
        arrived = asyncio.Event()
        self._consumers.setdefault(worker_id, []).append(arrived)
        try:
            yield self._deliveries(worker_id, arrived)
        finally:
            with suppress(ValueError):
                self._consumers[worker_id].remove(arrived)

    async def _deliveries(self, worker_id: str, arrived: asyncio.Event) -> AsyncIterator[Delivery]:
        while True:
            if entry := self._take(worker_id):
                yield MemoryDelivery(self, entry)
                continue
            arrived.clear()
            await arrived.wait()
