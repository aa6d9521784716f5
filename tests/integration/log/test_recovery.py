"""PostgreSQL is killed while it is written to."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from uuid import UUID, uuid4

import psutil
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.support import budget_process
from tests.support.cutting_relay import CuttingRelay, relay_to_socket
from tests.support.log_writer import append
from tests.support.prepared import new_postgres
from tests.support.projecting import Story
from tests.support.services import Database, service_folder
from tests.support.waiting import eventually

from quarterdeck.adapters.postgres import recorder, schema
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budget_reservations import Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.verify import verify
from quarterdeck.domain.budget import Scope, Terms
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.host.database import APP, PROJECTOR
from quarterdeck.host.postgres import EmbeddedPostgres


@pytest.fixture
def server() -> Generator[EmbeddedPostgres]:
    """One of the test's own, to be killed."""
    with service_folder() as folder:
        server = new_postgres(folder)
        urls = server.start()
        try:
            schema.install(urls.owner, APP, PROJECTOR)
            yield server
        finally:
            server.stop()


@pytest.fixture
async def log(server: EmbeddedPostgres) -> AsyncGenerator[PostgresEventLog]:
    async with PostgresEventLog(server.urls().app, SystemClock()) as log:
        yield log


def kill(server: EmbeddedPostgres) -> None:
    """All of it at once, as when the machine loses power."""
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    for process in (postmaster, *postmaster.children(recursive=True)):
        process.kill()
    server.stop()


class Writer:
    """Appends to its stream until told to stop; keeps what was acknowledged."""

    def __init__(self, log: PostgresEventLog) -> None:
        self.stream_id: UUID = uuid4()
        self.acknowledged: list[int] = []
        self.stopped = False
        self._log = log

    async def run(self) -> None:
        while not self.stopped:
            position = await append(self._log, self.stream_id, len(self.acknowledged))
            self.acknowledged.append(position)


async def test_no_acknowledged_event_is_lost_and_none_is_stored_twice(
    server: EmbeddedPostgres, log: PostgresEventLog
) -> None:
    writers = [Writer(log) for _ in range(8)]
    followed: list[RawEvent] = []
    tail = asyncio.create_task(_follow(log, followed))
    tasks = [asyncio.create_task(writer.run()) for writer in writers]
    for _ in range(3):
        await _progress(writers[0], 20)
        kill(server)
        await asyncio.to_thread(server.start)
    await _progress(writers[0], 1)
    for writer in writers:
        writer.stopped = True
    await asyncio.gather(*tasks)

    rows: list[RawEvent] = []
    while page := await log.raw(len(rows), 1000):
        rows.extend(page)
    assert verify(rows).checked == sum(len(writer.acknowledged) for writer in writers)
    for writer in writers:
        assert [row.position for row in rows if row.stream_id == writer.stream_id] == writer.acknowledged
    await eventually(lambda: len(followed) == len(rows))
    tail.cancel()
    assert followed == rows


async def _progress(writer: Writer, more: int) -> None:
    wanted = len(writer.acknowledged) + more
    await eventually(lambda: len(writer.acknowledged) >= wanted)


async def _follow(log: PostgresEventLog, seen: list[RawEvent]) -> None:
    async with log.tail_raw(0) as batches:
        async for batch in batches:
            seen.extend(batch)


async def test_an_append_while_it_is_away_is_refused_in_time_and_nothing_is_stored(
    server: EmbeddedPostgres, log: PostgresEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "PATIENCE_SECONDS", 0.3)
    stream_id = uuid4()
    await append(log, stream_id, 0)
    kill(server)
    with pytest.raises(UnavailableError, match=r"nothing was stored|unknown"):
        await append(log, stream_id, 1)
    await asyncio.to_thread(server.start)
    assert await append(log, stream_id, 1) == 2


async def test_nothing_is_reserved_in_a_budget_while_it_is_away(
    server: EmbeddedPostgres, log: PostgresEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(log)
    await story.begin()
    ledgers = Ledgers(log, SystemClock())
    desk, owner = Reservations(ledgers), budget_process.caller(story.user)
    await BudgetBook(ledgers).set(owner, Scope(project_id=story.project), Every.DAY, "UTC", Terms(nano_dollars=2))
    assert await budget_process.reserve(desk, story.user, story.project, "before", 1)
    kill(server)
    with monkeypatch.context() as impatient:
        # ten seconds are no more certain
        impatient.setattr(recorder, "PATIENCE_SECONDS", 0.3)
        impatient.setattr(log._pool, "_patience", 0.3)  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(UnavailableError):
            await budget_process.reserve(desk, story.user, story.project, "away", 1)
    await asyncio.to_thread(server.start)
    answers = [await budget_process.reserve(desk, story.user, story.project, name, 1) for name in ("after", "more")]
    assert answers == [True, False]


@pytest.fixture
async def cut(database: Database, tmp_path: Path) -> AsyncGenerator[tuple[CuttingRelay, str]]:
    """A way to the database that can lose an answer, and its URL."""
    real = conninfo_to_dict(database.app_url)
    name = f".s.PGSQL.{real['port']}"
    with service_folder() as folder:
        async with relay_to_socket(Path(str(real["host"])) / name, folder / name) as proxy:
            yield proxy, make_conninfo(database.app_url, host=str(folder))


async def test_an_append_whose_answer_was_lost_is_found_stored_and_acknowledged(cut: tuple[CuttingRelay, str]) -> None:
    proxy, url = cut
    stream_id = uuid4()
    async with PostgresEventLog(url, SystemClock()) as log:
        await append(log, stream_id, 0)
        proxy.swallowing = True
        assert await append(log, stream_id, 1) == 2
        assert proxy.swallowed == 1
        assert await append(log, stream_id, 2) == 3
        assert verify(await log.raw(0, 10)).checked == 3


async def test_a_transcript_batch_whose_answer_was_lost_is_found_stored(cut: tuple[CuttingRelay, str]) -> None:
    proxy, url = cut
    command_id, encoded = uuid4(), encode(Frame(FrameKind.OUTPUT, 0, 0, b"once"))
    async with Pool(url) as pool:
        transcripts = PostgresTranscriptStore(pool)
        await transcripts.head(command_id)
        proxy.swallowing = True
        assert (await transcripts.append(command_id, 0, encoded)).sequence == 1
        assert proxy.swallowed == 1
        with pytest.raises(ConcurrencyError):
            await transcripts.append(command_id, 0, encode(Frame(FrameKind.OUTPUT, 0, 0, b"other")))


async def test_a_transcript_goes_on_after_it_was_killed(server: EmbeddedPostgres) -> None:
    command_id = uuid4()
    async with Pool(server.urls().app) as pool:
        transcripts = PostgresTranscriptStore(pool)
        head = await transcripts.append(command_id, 0, encode(Frame(FrameKind.OUTPUT, 0, 0, b"before ")))
        kill(server)
        storing = asyncio.create_task(
            transcripts.append(command_id, head.sequence, encode(Frame(FrameKind.OUTPUT, 7, 0, b"after")))
        )
        await asyncio.to_thread(server.start)
        assert (await storing).sequence == 2
        assert b"".join(frame.data for frame in await transcripts.read(command_id, 0, 100)) == b"before after"
