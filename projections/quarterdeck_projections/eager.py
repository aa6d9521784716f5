"""A connection for a process that has nothing else to do while the server answers.

psycopg's own asynchronous wait goes through the event loop, which takes longer than the server does for a few rows.
"""

from collections.abc import Generator
from select import POLLIN, POLLOUT, poll
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen

T = TypeVar("T")
ON_THE_SPOT_MS = 2
"""So long an answer is waited for without the event loop; one that takes longer is waited for with it."""


class EagerConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """After an answer that took longer it goes through the loop, until one is quick again."""

    _quick = True

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        began = monotonic()
        try:
            rest = _on_the_spot(gen, self.pgconn.socket) if self._quick else gen
        except StopIteration as done:
            value: T = done.value
            return value
        try:
            return await super().wait(rest, interval, timeout)
        finally:
            self._quick = (monotonic() - began) * 1000 < ON_THE_SPOT_MS


def _on_the_spot(gen: PQGen[T], fd: int) -> PQGen[T]:
    """What is left of `gen` where the server takes its time. Raises StopIteration with the value where it does not."""
    asked = next(gen)
    while True:
        waiter = poll()
        reading, writing = asked & waiting.WAIT_R, asked & waiting.WAIT_W
        waiter.register(fd, (POLLIN if reading else 0) | (POLLOUT if writing else 0))
        found = waiter.poll(ON_THE_SPOT_MS)
        if not found:
            return _resumed(gen, asked)
        _, event = found[0]
        ready = (waiting.READY_R if event & ~POLLOUT else 0) | (waiting.READY_W if event & POLLOUT else 0)
        asked = gen.send(waiting.Ready(ready))


def _resumed(gen: PQGen[T], asked: waiting.Wait) -> Generator[waiting.Wait, waiting.Ready | int, T]:
    """`gen`, which waits for `asked` already."""
    while True:
        try:
            # passed on as it comes: psycopg resumes with None where it gives a query up
            asked = gen.send((yield asked))
        except StopIteration as done:
            value: T = done.value
            return value
