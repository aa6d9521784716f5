"""Requests about the same thing are handled one after the other, in the order they came."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID


class Turns:
    def __init__(self) -> None:
        self._locks: dict[UUID, asyncio.Lock] = {}
        self._waiting: dict[UUID, int] = {}

    @asynccontextmanager
    async def of(self, thing: UUID) -> AsyncGenerator[None, None]:
        lock = self._locks.setdefault(thing, asyncio.Lock())
        self._waiting[thing] = self._waiting.get(thing, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[thing] -= 1
            if not self._waiting[thing]:
                del self._waiting[thing], self._locks[thing]
