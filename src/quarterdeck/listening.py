"""A connection that waits for notifications without looking ten times a second whether it was interrupted."""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

ResultT = TypeVar("ResultT")
INTERVAL_SECONDS = 60.0
"""psycopg wakes after its interval, 0.1 s, for the sake of Ctrl-C; an event loop hears of signals by itself."""


class ListeningConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """For LISTEN: psycopg's own, but a process that is told of nothing sleeps."""

    async def wait(
        self, gen: PQGen[ResultT], interval: float = INTERVAL_SECONDS, timeout: float | None = None
    ) -> ResultT:
        return await super().wait(gen, interval, timeout)
