"""Writing one command's transcript: one batch under way, the next gathers what comes meanwhile."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from quarterdeck.application.background import end
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import OUTPUT_KINDS, spans
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.output import TranscriptHead, TranscriptStore

BATCH = 4 * 1024 * 1024
ROOM = 12 * 1024 * 1024
"""Bytes that wait to be stored; with more, nothing is read from the spool."""

LINGER_SECONDS = 0.002
"""What is printed goes to those who watch first: storing it takes the processor away from that. Also lets a batch
gather the next few lines. Nobody who waits for the store waits for this."""

INLINE = 64 * 1024
"""A smaller batch is hashed at once: another thread would cost more than it saves."""


class Digest(Protocol):
    """What `hashlib` makes."""

    def update(self, data: bytes | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


class TranscriptWriter:
    """`stored` is called with the position in the spool up to which everything is stored."""

    def __init__(
        self,
        store: TranscriptStore,
        command_id: UUID,
        head: TranscriptHead,
        digest: Digest,
        stored: Callable[[int], Awaitable[None]],
    ) -> None:
        self._store, self._command_id, self._digest, self._stored = store, command_id, digest, stored
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._flushing: asyncio.Task[None] | None = None
        self._flushed = asyncio.Event()
        self._hurry = asyncio.Event()
        self.head = head

    @property
    def sha256(self) -> str:
        """Of the output stored so far."""
        return self._digest.hexdigest()

    def add(self, encoded: bytes) -> None:
        """Whole frames, to be stored after those added before."""
        self._waiting.append(encoded)
        self._size += len(encoded)
        if self._size > INLINE:
            self._hurry.set()
        if self._flushing is None or self._flushing.done():
            self._check()
            self._flushing = asyncio.create_task(self._flush(), name=f"transcript {self._command_id}")

    async def room(self) -> None:
        """Waits while too much waits to be stored."""
        while self._size > ROOM:
            self._check()
            self._flushed.clear()
            await self._flushed.wait()

    async def drained(self) -> None:
        """Waits until everything added is stored."""
        self._hurry.set()
        if self._flushing:
            await self._flushing

    async def close(self) -> None:
        """Ends the write under way, wherever it is."""
        if self._flushing:
            await end([self._flushing])

    def _check(self) -> None:
        if self._flushing and self._flushing.done():
            self._flushing.result()

    async def _flush(self) -> None:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._hurry.wait()
            while self._waiting:
                batch = self._take()
                await self._put(batch)
                self._size -= len(batch)
                self._flushed.set()
                await self._stored(self.head.encoded)
        finally:
            self._hurry.clear()
            self._flushed.set()

    def _take(self) -> bytes:
        first = self._waiting.popleft()
        if not self._waiting:
            return first
        parts, size = [first], len(first)
        while self._waiting and size + len(self._waiting[0]) <= BATCH:
            parts.append(self._waiting.popleft())
            size += len(parts[-1])
        return b"".join(parts)

    async def _put(self, batch: bytes) -> None:
        if len(batch) <= INLINE:
            self._digest.update(payload(batch))
            await self._append(batch)
            return
        hashing = asyncio.create_task(asyncio.to_thread(self._hash, batch))
        try:
            await self._append(batch)
        finally:
            await hashing

    def _hash(self, batch: bytes) -> None:
        self._digest.update(payload(batch))

    async def _append(self, batch: bytes) -> None:
        """Once for sure: where an earlier attempt may have been stored, the head says whether it was."""
        expected = self.head.encoded + len(batch)

        async def attempt() -> TranscriptHead:
            try:
                return await self._store.append(self._command_id, self.head.sequence, batch)
            except ConcurrencyError:
                head = await self._store.head(self._command_id)
                if (head.sequence, head.encoded) != (self.head.sequence + 1, expected):
                    raise
                return head

        self.head = await patiently(attempt)


def payload(encoded: bytes) -> bytes | memoryview:
    """The output in whole frames, joined."""
    view = memoryview(encoded)
    parts = [view[span.data : span.end] for span in spans(encoded) if span.kind in OUTPUT_KINDS]
    return parts[0] if len(parts) == 1 else b"".join(parts)
