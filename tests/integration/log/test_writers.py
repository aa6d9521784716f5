"""Several processes write at once: one order, no gap, nobody skipped, conflicts where they belong."""

import asyncio
import multiprocessing
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

from tests.support import log_writer
from tests.support.log_writer import Written, append
from tests.support.services import Database

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import LogReader, RawEvent
from quarterdeck.audit.verify import verify

PROCESSES, COUNT, CONTESTED = 3, 60, 3


def total() -> int:
    return PROCESSES * (4 * COUNT + CONTESTED * (COUNT // 5))


async def poll(log: LogReader) -> list[RawEvent]:
    """A naive reader that checkpoints by position."""
    seen: list[RawEvent] = []
    while len(seen) < total():
        seen.extend(await log.raw(seen[-1].position if seen else 0, 50))
    return seen


async def follow(log: LogReader) -> list[RawEvent]:
    seen: list[RawEvent] = []
    async with log.tail_raw(0) as batches:
        while len(seen) < total():
            seen.extend(await anext(batches))
    return seen


async def write_from_processes(url: str) -> list[Written]:
    spawn = multiprocessing.get_context("spawn")
    contested = [uuid4() for _ in range(CONTESTED)]
    pipes = [spawn.Pipe(duplex=False) for _ in range(PROCESSES)]
    processes = [spawn.Process(target=log_writer.run, args=(url, contested, COUNT, sending)) for _, sending in pipes]
    for process in processes:
        process.start()
    results: list[list[Written]] = await asyncio.gather(*(asyncio.to_thread(receiving.recv) for receiving, _ in pipes))
    for process in processes:
        process.join()
    return [written for result in results for written in result]


async def test_writers_in_several_processes_make_one_gapless_order_that_readers_never_skip(database: Database) -> None:
    async with PostgresEventLog(database.app_url, SystemClock()) as log, asyncio.timeout(100):
        written, polled, followed = await asyncio.gather(write_from_processes(database.app_url), poll(log), follow(log))

    assert [row.position for row in polled] == list(range(1, total() + 1))
    assert followed == polled
    assert verify(polled).checked == total()
    assert sorted(position for each in written for position in each.positions) == list(range(1, total() + 1))
    assert_versions_are_gapless(polled)


def assert_versions_are_gapless(rows: Sequence[RawEvent]) -> None:
    versions: defaultdict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        versions[row.stream_id].append(row.version)
    for found in versions.values():
        assert found == list(range(1, len(found) + 1))


async def test_a_writer_that_did_not_read_what_another_wrote_finds_its_place(database: Database) -> None:
    stream_id = uuid4()
    async with (
        PostgresEventLog(database.app_url, SystemClock()) as one,
        PostgresEventLog(database.app_url, SystemClock()) as other,
    ):
        for version in range(0, 20, 2):
            assert await append(one, stream_id, version) == version + 1
            assert await append(other, stream_id, version + 1) == version + 2
        assert verify(await one.raw(0, 100)).checked == 20
