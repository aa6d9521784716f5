"""A gateway's log, which does not read a stream again that it read a moment ago, beside another process's."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from tests.support.services import Database
from tests.support.waiting import eventually

from quarterdeck.adapters.postgres.head import HeadConnection
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandCancelRequested

CONTEXT = Context(actor=Actor(kind=ActorKind.USER, id="ada"), correlation_id=uuid4())


@asynccontextmanager
async def remembering(database: Database) -> AsyncGenerator[PostgresEventLog]:
    async with PostgresEventLog(database.app_url, SystemClock(), remember=True) as log, log.tail(0):
        yield log


async def append(log: PostgresEventLog, stream_id: UUID, version: int) -> None:
    write = StreamWrite(stream_id=stream_id, expected_version=version, events=(CommandCancelRequested(),))
    await log.append([write], CONTEXT)


async def versions(log: PostgresEventLog, stream_id: UUID) -> list[int]:
    return [each.version for each in await log.load(stream_id)]


async def test_a_stream_is_read_once(database: Database) -> None:
    stream_id = uuid4()
    async with remembering(database) as log:
        await append(log, stream_id, 0)
        read = await log.load(stream_id)

        async def remembered() -> bool:
            return await log.load(stream_id) is await log.load(stream_id)

        # as soon as it hears of what is new
        await eventually(remembered)
        assert await log.load(stream_id) == read


async def test_a_write_of_its_own_is_seen_at_once(database: Database) -> None:
    stream_id = uuid4()
    async with remembering(database) as log:
        for version in range(20):
            await append(log, stream_id, version)
            assert await versions(log, stream_id) == list(range(1, version + 2))


async def test_a_write_of_another_process_is_heard(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quarterdeck.adapters.postgres.recent.FRESH_SECONDS", 1000.0)
    stream_id = uuid4()
    async with remembering(database) as log, PostgresEventLog(database.app_url, SystemClock()) as other:
        await append(log, stream_id, 0)
        before = await log.load(stream_id)
        await append(other, stream_id, 1)

        async def heard() -> bool:
            return await versions(log, stream_id) == [1, 2]

        await eventually(heard)
        assert len(before) == 1


async def test_after_a_conflict_the_stream_is_seen_as_it_is(database: Database) -> None:
    stream_id = uuid4()
    async with remembering(database) as log, PostgresEventLog(database.app_url, SystemClock()) as other:
        await append(log, stream_id, 0)
        await log.load(stream_id)
        await append(other, stream_id, 1)

        with pytest.raises(ConcurrencyError):
            await append(log, stream_id, 1)
        assert await versions(log, stream_id) == [1, 2]


async def test_who_loads_what_was_just_written_appends_without_taking_the_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream_id = uuid4()
    async with PostgresEventLog(database.app_url, SystemClock()) as first:
        async with PostgresEventLog(database.app_url, SystemClock()) as second:
            await append(second, uuid4(), 0)
            await append(first, stream_id, 0)
            await second.load(stream_id)
            monkeypatch.delattr(HeadConnection, "lock")

            await append(second, stream_id, 1)
