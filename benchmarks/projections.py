"""Catching up with the log beside the library's own runner; and how long a fresh event takes into a read model."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from statistics import median

import uvloop
from uuid_utils.compat import uuid7

from benchmarks import library_runner
from benchmarks.command_log import PROJECT, USER, command, fill
from benchmarks.database import Disk, disk, execute
from benchmarks.row import Row
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.host.database import APP, PROJECTOR
from quarterdeck_projections import schema
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.projection import ReadingProjection
from quarterdeck_projections.queries.positions import ProjectionWatch

EVENTS = 200_000
ROUNDS = 3
APPENDS = 400
PROJECTOR_PROGRAM = """
import sys, uvloop
from quarterdeck.adapters.postgres.codec import decode
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.collection import rare_collection
from quarterdeck_projections.runner import Projector, ProjectorSettings
settings = ProjectorSettings(database_url=sys.stdin.readline().strip())
projector = Projector(settings, decode, [each for each in PROJECTIONS if each.name in sys.argv])
print("ready", flush=True)
sys.stdin.readline()
with rare_collection():
    uvloop.run(projector.run())
"""
ALL = tuple(projection.name for projection in PROJECTIONS if not isinstance(projection, ReadingProjection))
"""Those that advance together."""


async def run() -> list[Row]:
    with disk() as server:
        schema.install(server.urls.owner, APP, PROJECTOR)
        library = await asyncio.to_thread(library_runner.events_per_second, server)
        fill(server.urls.admin, EVENTS)
        rates = [await _catch_up(server, ["commands"]) for _ in range(ROUNDS)]
        together = [await _catch_up(server, ALL) for _ in range(ROUNDS)]
        visible, appended = await _live(server)
    return [
        Row(
            name="projection catch-up, commands",
            value=median(rates),
            unit="events/s",
            peer="the library's projection runner",
            peer_value=library,
            limit=">= 150,000 events/s",
            met=median(rates) >= 150_000,
        ),
        Row(name="projection catch-up, all six read models at once", value=median(together), unit="events/s"),
        Row(
            name="append acknowledged to read model, p50",
            value=median(visible) * 1000,
            unit="ms",
            limit="<= 1 ms",
            met=median(visible) <= 0.001,
        ),
        Row(name="append begun to read model, p50", value=median(appended) * 1000, unit="ms"),
    ]


async def _catch_up(server: Disk, names: Sequence[str]) -> float:
    """Events a second, from position 0 to the log's head."""
    tables = ", ".join(f"read.{model.TABLE}" for projection in PROJECTIONS for model in projection.tables)
    execute(server.urls.admin, f"TRUNCATE read.projection_positions, {tables}; CHECKPOINT")
    async with ProjectionWatch(server.urls.app) as watch, _projector(server, names) as began:
        await watch.wait_for(EVENTS, names, 120)
        return EVENTS / (time.perf_counter() - began)


async def _live(server: Disk) -> tuple[list[float], list[float]]:
    """Seconds until a waiting reader may ask, since the append was acknowledged and since it was begun."""
    context = Context(actor=Actor(kind=ActorKind.USER, id=str(USER)), correlation_id=uuid7(), project_id=PROJECT)
    visible, appended = list[float](), list[float]()
    async with (
        _projector(server, ALL),
        ProjectionWatch(server.urls.app) as watch,
        PostgresEventLog(server.urls.app, SystemClock()) as log,
    ):
        await watch.wait_for(EVENTS, ALL, 60)
        for number in range(APPENDS):
            requested = next(command(uuid7(), number))
            write = StreamWrite(stream_id=requested.stream_id, expected_version=0, events=(requested.event,))
            began = time.perf_counter()
            position = (await log.append([write], context))[-1].position
            acknowledged = time.perf_counter()
            await watch.wait_for(position, ALL, 10)
            now = time.perf_counter()
            visible.append(now - acknowledged)
            appended.append(now - began)
    return visible, appended


@asynccontextmanager
async def _projector(server: Disk, names: Sequence[str]) -> AsyncGenerator[float]:
    """In a process of its own; gives the time at which it was let go."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROJECTOR_PROGRAM, *names, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(f"{server.urls.projector}\n".encode())
        await process.stdout.readline()
        began = time.perf_counter()
        process.stdin.write(b"\n")
        await process.stdin.drain()
        yield began
    finally:
        process.kill()
        await process.wait()


if __name__ == "__main__":
    for row in uvloop.run(run()):
        print(row)
