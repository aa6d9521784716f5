"""The projector: one tail of the log, fanned out to every projection.

Projections at the same position advance together, rows and positions in one transaction. An event that one of them
cannot take stops that one alone, there; it is tried again with back-off while the others go on.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from time import time_ns
from typing import NoReturn

import psycopg
import structlog

from quarterdeck.application import tracing
from quarterdeck.application.background import end, together
from quarterdeck.listening import ListeningConnection
from quarterdeck_projections import checks, metrics, scrubbing
from quarterdeck_projections.ahead import Ahead
from quarterdeck_projections.batch import Batch, apply, project
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.changes import Changes
from quarterdeck_projections.collection import rare_collection
from quarterdeck_projections.database import Connection
from quarterdeck_projections.eager import EagerConnection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection, ReadingProjection
from quarterdeck_projections.reader import EventReader, head
from quarterdeck_projections.search.projection import SEARCH
from quarterdeck_projections.standing import Standing, described
from quarterdeck_projections.tables import SCHEMA
from quarterdeck_projections.traces import trace
from quarterdeck_projections.usage.projection import USAGE
from quarterdeck_projections.usage.retention import Retention, keep
from quarterdeck_projections.writer import Statement

LOCK = 0x71645F70726F6A
"""`qd_proj` in ASCII: the advisory lock of the one projector that works."""
READING_LOCK = 0x71645F66616374
"""`qd_fact` in ASCII: of the one that works on what reads the log by itself."""
READING_PAUSE_SECONDS = 0.05
"""Those look a little later, for what comes together with what is new."""
SEARCH_LOCK = 0x71645F66696E64
"""`qd_find` in ASCII: of the one that reads what commands printed."""
SEARCH_PAUSE_SECONDS = 0.3
SEARCH_EVENTS = 200
"""At a time: each may be the end of a command that printed much."""
STANDBY_SECONDS = 0.5
RECONNECT_SECONDS = 0.2
LOOK_SECONDS = 10.0
"""How often the log's head is looked at without being told."""
ADVANCE = b"SELECT read.advance(%(names)s, %(after)s, %(upto)s)"

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class ProjectorSettings:
    database_url: str
    """With the role that owns the schema `read`."""
    batch_events: int = 4000
    retention: Retention = field(default_factory=Retention)


async def run(settings: ProjectorSettings, decode: Decode) -> NoReturn:
    """Projects until cancelled. A second one at the same time stands by."""
    others = [projection for projection in PROJECTIONS if not isinstance(projection, ReadingProjection)]
    with rare_collection():
        # the last two may take long over one event, which the others do not wait for
        first = Projector(settings, decode, others)
        later = Projector(settings, decode, [USAGE], lock=READING_LOCK, pause_seconds=READING_PAUSE_SECONDS)
        fewer = replace(settings, batch_events=min(SEARCH_EVENTS, settings.batch_events))
        last = Projector(fewer, decode, [SEARCH], lock=SEARCH_LOCK, pause_seconds=SEARCH_PAUSE_SECONDS)
        await together(
            first.run(),
            later.run(),
            last.run(),
            keep(settings.database_url, settings.retention),
            checks.serve(settings.database_url, decode),
            scrubbing.serve(settings.database_url, decode),
        )
    raise AssertionError("projectors run until they are cancelled")


class Projector:
    def __init__(
        self,
        settings: ProjectorSettings,
        decode: Decode,
        projections: Sequence[Projection] = PROJECTIONS,
        *,
        lock: int = LOCK,
        pause_seconds: float = 0.0,
    ) -> None:
        """`pause_seconds`: how long it lets news gather."""
        self._settings = settings
        self._decode = decode
        self._projections = projections
        self._lock = lock
        self._pause_seconds = pause_seconds
        self._head = 0
        self._news = asyncio.Event()

    async def run(self) -> NoReturn:
        while True:
            try:
                async with (
                    self._connection(EagerConnection) as writing,
                    self._connection(EagerConnection) as reading,
                    self._connection(ListeningConnection) as hearing,
                ):
                    await self._lead(writing)
                    await self._follow(writing, reading, hearing)
            except psycopg.OperationalError as error:
                log.warning("projector lost the database", error=described(error))
                await asyncio.sleep(RECONNECT_SECONDS)

    @contextlib.asynccontextmanager
    async def _connection(self, kind: type[Connection]) -> AsyncGenerator[Connection]:
        connection = await kind.connect(self._settings.database_url, autocommit=True)
        async with connection:
            yield connection

    async def _lead(self, writing: Connection) -> None:
        """Waits until no other projector works. The lock is lost with the connection that writes."""
        while True:
            row = await (await writing.execute("SELECT pg_try_advisory_lock(%s)", (self._lock,))).fetchone()
            if row and row[0]:
                break
            await asyncio.sleep(STANDBY_SECONDS)
        # what a crash of the server takes back, position and rows alike, is projected again
        await writing.execute("SET synchronous_commit = off")

    async def _follow(self, writing: Connection, reading: Connection, hearing: Connection) -> None:
        await hearing.execute("LISTEN quarterdeck_log")
        reader = EventReader(reading, self._projections)
        await reader.prepare()
        ahead = Ahead(reader, self._decode)
        standings = await self._standings(writing)
        self._head = await head(writing)
        hearer = asyncio.create_task(self._hear(hearing))
        try:
            while True:
                self._news.clear()
                try:
                    moved = await self._round(writing, ahead, standings)
                except psycopg.errors.SerializationFailure:
                    standings = await self._standings(writing)
                    continue
                if not moved:
                    await self._gather(writing, standings)
                if hearer.done():
                    await hearer
        finally:
            await end([hearer])
            await ahead.close()

    async def _gather(self, writing: Connection, standings: Sequence[Standing]) -> None:
        """Waits for something to do, or looks itself where it is told of nothing."""
        if await self._wait(standings):
            await asyncio.sleep(self._pause_seconds)
        else:
            self._head = await head(writing)

    async def _hear(self, hearing: Connection) -> None:
        try:
            async for notification in hearing.notifies():
                self._head = max(self._head, int(notification.payload))
                self._news.set()
        finally:
            self._news.set()

    async def _wait(self, standings: Sequence[Standing]) -> bool:
        """True where there is something to do: news, or a retry that is due."""
        now = asyncio.get_running_loop().time()
        retries = [standing.retry_at - now for standing in standings if standing.failures]
        try:
            async with asyncio.timeout(max(0.0, min([LOOK_SECONDS, *retries]))):
                await self._news.wait()
        except TimeoutError:
            return bool(retries)
        return True

    async def _standings(self, writing: Connection) -> list[Standing]:
        names = [projection.name for projection in self._projections]
        await writing.execute(
            "INSERT INTO read.projection_positions SELECT unnest(%s::text[]), 0 ON CONFLICT DO NOTHING", (names,)
        )
        rows = await (await writing.execute("SELECT name, position FROM read.projection_positions")).fetchall()
        positions: dict[str, int] = dict(rows)
        standings = [Standing(projection, positions[projection.name]) for projection in self._projections]
        metrics.watch(standings, lambda: self._head)
        return standings

    async def _round(self, writing: Connection, ahead: Ahead, standings: Sequence[Standing]) -> bool:
        """Every projection that can advance does so by a batch. False where none could."""
        groups = self._due(standings)
        for position, group in groups.items():
            limit = 1 if any(standing.failures for standing in group) else self._settings.batch_events
            upto = min(position + limit, self._head)
            projections = [standing.projection for standing in group]
            batch, changes = await ahead.take(projections, position, upto)
            if len(groups) == 1 and self._head - upto >= limit:
                await ahead.begin(projections, upto, upto + limit)
            await self._advance(writing, group, batch, changes)
        return bool(groups)

    def _due(self, standings: Sequence[Standing]) -> dict[int, list[Standing]]:
        """By position. One that failed is tried alone."""
        now = asyncio.get_running_loop().time()
        groups: dict[int, list[Standing]] = {}
        for standing in standings:
            if standing.position < self._head and standing.retry_at <= now:
                groups.setdefault(standing.position, []).append(standing)
        return groups

    async def _advance(
        self, writing: Connection, group: Sequence[Standing], batch: Batch, changes: Sequence[Changes] | None = None
    ) -> None:
        try:
            await self._apply(writing, group, batch, changes)
        except psycopg.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an event does to a projection, the others go on
            if len(group) > 1:
                for standing in group:
                    await self._advance(writing, [standing], batch)
            elif len(batch) > 1:
                early, late = batch.halves()
                await self._advance(writing, group, early)
                if group[0].position == early.upto:
                    await self._advance(writing, group, late)
            else:
                await self._stop(writing, group[0], batch.upto, error)

    async def _apply(
        self, writing: Connection, group: Sequence[Standing], batch: Batch, changes: Sequence[Changes] | None
    ) -> None:
        names = [standing.name for standing in group]
        first = Statement(ADVANCE, {"names": names, "after": batch.after, "upto": batch.upto})
        projections = [standing.projection for standing in group]
        if changes is None:
            changes = project(batch, projections, self._decode)
        began = time_ns()
        await apply(writing, SCHEMA, projections, batch, changes, self._decode, first=[first])
        metrics.SECONDS.observe((time_ns() - began) / 1e9)
        metrics.EVENTS.inc(len(batch))
        for standing in group:
            standing.advanced(batch.upto)
        if tracing.is_on():
            await trace(writing, batch, names, began)

    async def _stop(self, writing: Connection, standing: Standing, position: int, error: Exception) -> None:
        standing.failed(asyncio.get_running_loop().time())
        failure = described(error)
        log.error("projection stopped", projection=standing.name, position=position, error=failure)
        await writing.execute(
            "UPDATE read.projection_positions SET failed_at = %s, failure = %s WHERE name = %s AND position = %s",
            (position, failure, standing.name, standing.position),
        )
