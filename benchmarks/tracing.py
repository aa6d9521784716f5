"""What traces cost the log: appends while tracing is off, and while every one is recorded, beside ones that know of no
tracing at all."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import uvloop
from uuid_utils.compat import uuid7

from benchmarks.append import CONTEXT, PAYLOAD
from benchmarks.database import disk
from benchmarks.row import Row
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.adapters.telemetry import tracer
from quarterdeck.application import tracing
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.command import CommandLost
from quarterdeck.domain.events import Event

Append = Callable[[Sequence[StreamWrite], Context], Awaitable[Sequence[Recorded[Event]]]]
ROUNDS = 1500
NOBODY = "http://127.0.0.1:9"


async def run() -> list[Row]:
    return await asyncio.to_thread(_run)


def _run() -> list[Row]:
    with disk() as server:
        plain, off, on = uvloop.run(_in_turn(server.urls.app))
    return [_row("off", off, plain, 1.02), _row("on, no collector there", on, plain, 1.5)]


def _row(name: str, value: float, peer: float, times: float) -> Row:
    return Row(
        name=f"append, one caller, tracing {name}, p50",
        value=value,
        unit="ms",
        peer="without tracing",
        peer_value=peer,
        limit=f"<= {times} x peer",
        met=value <= times * peer,
    )


async def _in_turn(url: str) -> tuple[float, float, float]:
    """One append of each kind after the other; the middle time of each, in milliseconds."""
    took: tuple[list[float], list[float], list[float]] = ([], [], [])
    made = tracer("benchmark", NOBODY, {}, 1.0)
    async with PostgresEventLog(url, SystemClock()) as log:
        try:
            for _ in range(ROUNDS):
                took[0].append(await _timed(log._append))  # pyright: ignore[reportPrivateUsage]
                took[1].append(await _timed(log.append))
                tracing.install(made)
                took[2].append(await _timed(log.append))
                tracing.install(None)
        finally:
            tracing.install(None)
            made.close()
    plain, off, on = (statistics.median(each) * 1000 for each in took)
    return plain, off, on


async def _timed(append: Append) -> float:
    write = StreamWrite(stream_id=uuid7(), expected_version=0, events=(CommandLost(reason=PAYLOAD),))
    began = time.perf_counter()
    await append([write], CONTEXT)
    return time.perf_counter() - began
