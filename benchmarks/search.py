"""Searching transcripts: how fast they are read into the index, how large that is, and how long a search takes.

`QD_BENCH_TRANSCRIPTS` says how many megabytes there are, in commands of 100 kB: 100 by default, 1000 for the published
figures.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from statistics import median, quantiles
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from benchmarks.database import disk
from benchmarks.row import Row
from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.frames import MAX_PAYLOAD, Frame, FrameKind, encode
from quarterdeck.application.output_lines import lines
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.search_query import by_words
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandFinished, CommandRequested, CommandStarted, EndReason
from quarterdeck.host.database import APP, PROJECTOR, PostgresUrls
from quarterdeck_projections import schema
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.database import Database
from quarterdeck_projections.projection import Projection, ReadingProjection
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.queries.search import SearchFilter
from quarterdeck_projections.runner import SEARCH_EVENTS, SEARCH_LOCK, Projector, ProjectorSettings
from quarterdeck_projections.search.projection import SEARCH
from quarterdeck_schema.reads import ReadModels
from quarterdeck_schema.search.finding import Search

MEGABYTES = int(os.environ.get("QD_BENCH_TRANSCRIPTS", "100"))
COMMAND_BYTES = 100_000
FLOOD_BYTES = 200 * 1000**2
SCANNED = 200
"""Commands, of which a scan's rate is told."""
ASKED = 20
AT_ONCE = 100
PROJECT, SESSION, USER = uuid7(), uuid7(), uuid7()
RARE = "needle"
WORDS = [
    f"{first}{second}" for first in ("con", "re", "un", "pre", "sub") for second in ("fig", "load", "pack", "test")
]
QUESTIONS = {
    "a word of one line": RARE,
    "an id of one command": "job_0000042",
    "a path with its line": "src/subtest/unload.py:17",
    "a phrase of frequent words": '"error in reload"',
    "two frequent words": "error con*",
    "a word that is nowhere": "nowhere",
}


async def run() -> list[Row]:
    with disk() as server:
        schema.install(server.urls.owner, APP, PROJECTOR)
        async with AsyncExitStack() as stack:
            deck = await stack.enter_async_context(_deck(server.urls))
            await deck.fill()
            others = [each for each in PROJECTIONS if not isinstance(each, ReadingProjection)]
            async with deck.projecting(others), deck.indexing():
                filled = await deck.caught_up("search")
            sizes = _sizes(server.urls.admin)
            asked = {name: await deck.ask(text) for name, text in QUESTIONS.items()}
            scanned = await deck.scan()
            flood, beside, alone = await deck.flood(others)
    printed = MEGABYTES * 10**6
    return [
        Row(
            name=f"{MEGABYTES} MB in {deck.count:,} commands read into the index",
            value=printed / filled / 1e6,
            unit="MB/s",
        ),
        Row(name="the index and its words, of what was printed", value=sum(sizes) / printed, unit="x"),
        *(
            Row(
                name=f"{name}: {kind}",
                value=value,
                unit="ms",
                peer="a scan of it all",
                peer_value=printed / scanned * 1000,
            )
            for name, found in asked.items()
            for kind, value in zip(("median", "95 of 100"), found, strict=True)
        ),
        Row(name="one output of 200 MB read into the index", value=FLOOD_BYTES / flood / 1e6, unit="MB/s"),
        Row(name="append to read model meanwhile", value=beside, unit="ms", peer="without", peer_value=alone),
    ]


@asynccontextmanager
async def _deck(urls: PostgresUrls) -> "AsyncGenerator[_Deck]":
    async with (
        PostgresEventLog(urls.app, SystemClock()) as log,
        Pool(urls.app) as pool,
        Database(urls.app) as database,
        ProjectionWatch(urls.app) as watch,
    ):
        yield _Deck(urls, log, PostgresTranscriptStore(pool), ReadModels(database, watch), watch)


class _Deck:
    def __init__(
        self,
        urls: PostgresUrls,
        log: PostgresEventLog,
        transcripts: PostgresTranscriptStore,
        reads: ReadModels,
        watch: ProjectionWatch,
    ) -> None:
        self._settings = ProjectorSettings(database_url=urls.projector)
        self._log = log
        self._transcripts = transcripts
        self._reads = reads
        self._watch = watch
        self._commands: list[UUID] = []
        self.count = MEGABYTES * 10**6 // COMMAND_BYTES

    async def fill(self) -> None:
        for start in range(0, self.count, AT_ONCE):
            printed = {uuid7(): _printed(number) for number in range(start, min(start + AT_ONCE, self.count))}
            await self._put(printed)
            self._commands += printed

    async def _put(self, printed: dict[UUID, bytes]) -> int:
        for command_id, data in printed.items():
            await self._transcripts.append(command_id, 0, b"".join(map(encode, _frames(data))))
        writes = [_command(each, len(data)) for each, data in printed.items()]
        actor = Actor(kind=ActorKind.USER, id=str(USER))
        return (await self._log.append(writes, Context(actor=actor, correlation_id=uuid7())))[-1].position

    @asynccontextmanager
    async def projecting(self, projections: Sequence[Projection]) -> AsyncGenerator[None]:
        async with _running(Projector(self._settings, decode, projections)):
            yield

    @asynccontextmanager
    async def indexing(self) -> AsyncGenerator[None]:
        fewer = replace(self._settings, batch_events=SEARCH_EVENTS)
        async with _running(Projector(fewer, decode, [SEARCH], lock=SEARCH_LOCK)):
            yield

    async def caught_up(self, name: str) -> float:
        began = time.perf_counter()
        await self._watch.wait_for(await self._log.head(), [name], 3600)
        return time.perf_counter() - began

    async def ask(self, text: str) -> tuple[float, float]:
        took = list[float]()
        for _ in range(ASKED):
            search = Search(
                reads=self._reads,
                transcripts=self._transcripts,
                words=by_words(text),
                chosen=SearchFilter(project_ids=[PROJECT]),
            )
            began = time.perf_counter()
            await search.page(20, None)
            took.append((time.perf_counter() - began) * 1000)
        return median(took), quantiles(took, n=20)[-1]

    async def scan(self) -> float:
        """Bytes a second of reading transcripts where they are, line by line."""
        query, size, began = by_words(RARE), 0, time.perf_counter()
        for command_id in self._commands[:SCANNED]:
            frames = await self._transcripts.read(command_id, 0, 10 * COMMAND_BYTES)
            size += sum(len(frame.data) for frame in frames)
            _ = [line for line in lines(frames) if query(line.text)]
        return size / (time.perf_counter() - began)

    async def flood(self, others: Sequence[Projection]) -> tuple[float, float, float]:
        """How long a flood takes, and what a read model's lag is meanwhile and without it, in milliseconds."""
        async with self.projecting(others):
            await self.caught_up("commands")
            alone = median([await self._lag() for _ in range(50)])
            printed = b"".join(_printed(number) for number in range(FLOOD_BYTES // COMMAND_BYTES))
            await self._put({uuid7(): printed})
            async with self.indexing():
                catching = asyncio.create_task(self.caught_up("search"))
                lags = list[float]()
                while not catching.done():
                    lags.append(await self._lag())
                    await asyncio.sleep(0.05)
        return await catching, median(lags), alone

    async def _lag(self) -> float:
        began = time.perf_counter()
        await self._watch.wait_for(await self._put({uuid7(): b"x\n"}), ["commands"], 60)
        return (time.perf_counter() - began) * 1000


@asynccontextmanager
async def _running(projector: Projector) -> AsyncGenerator[None]:
    task = asyncio.create_task(projector.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _command(command_id: UUID, size: int) -> StreamWrite:
    return StreamWrite(
        stream_id=command_id,
        expected_version=0,
        events=(
            CommandRequested(session_id=SESSION, project_id=PROJECT, text="make test"),
            CommandStarted(worker_id="w1", tree_before=""),
            CommandFinished(
                exit_code=0,
                signal=None,
                reason=EndReason.EXITED,
                wall_ms=1,
                cpu_ms=1,
                peak_memory_bytes=1,
                output_bytes=size,
                output_sha256="",
                tree_before="",
                tree_after="",
            ),
        ),
        project_id=PROJECT,
        session_id=SESSION,
    )


def _frames(data: bytes) -> list[Frame]:
    cut = range(0, len(data), MAX_PAYLOAD)
    return [
        *(Frame(FrameKind.OUTPUT, at, at, data[at : at + MAX_PAYLOAD]) for at in cut),
        Frame(FrameKind.END, len(data), len(data), b""),
    ]


def _printed(number: int) -> bytes:
    """As a build prints: times, paths, numbers, ids and a few colours."""
    chance, found, size = random.Random(number), [f"started job_{number:07}\n"], 0
    while size < COMMAND_BYTES:
        one, two, three = chance.choices(WORDS, k=3)
        at, digest = chance.randrange(10**6), chance.getrandbits(48)
        found.append(
            f"12:{at % 60:02}:{at % 59:02}.{at:06} \x1b[32mINFO\x1b[0m src/{one}/{two}.py:{at % 400} {three} "
            f"{digest:x} {'error in' if at % 97 == 0 else 'done with'} {two} after {at % 1000} ms\n"
        )
        size += len(found[-1])
    if number == MEGABYTES // 2:
        found.append(f"the {RARE} is here\n")
    return "".join(found).encode()[:COMMAND_BYTES]


def _sizes(url: str) -> tuple[int, int]:
    """Of the table with its words, and of its indexes, in bytes."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pg_table_size('read.search_pieces'), pg_indexes_size('read.search_pieces')"
        ).fetchone()
    assert found
    return found[0], found[1]
