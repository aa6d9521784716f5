"""Connections that wait for quick answers on the spot."""

import asyncio
from collections.abc import AsyncGenerator
from typing import LiteralString

import psycopg
import pytest
from psycopg.rows import TupleRow
from tests.support.services import Database
from tests.support.waiting import eventually

from quarterdeck_projections.eager import EagerConnection

SLOW = "SELECT pg_sleep(0.05), 'late'"


@pytest.fixture
async def connection(database: Database) -> AsyncGenerator[EagerConnection]:
    async with await EagerConnection.connect(database.projector_url, autocommit=True) as made:
        yield made


async def answer(connection: EagerConnection, query: LiteralString) -> object:
    row = await (await connection.execute(query)).fetchone()
    return row[-1] if row else None


async def test_quick_and_slow_answers_come_as_they_do_elsewhere(connection: EagerConnection) -> None:
    assert await answer(connection, "SELECT 1") == 1
    assert await answer(connection, SLOW) == "late"
    assert await answer(connection, SLOW) == "late"
    assert await answer(connection, "SELECT 2") == 2
    assert await answer(connection, "SELECT 3") == 3


async def test_others_go_on_while_an_answer_is_slow(connection: EagerConnection) -> None:
    async def count() -> int:
        turns = 0
        while not asked.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    asked = asyncio.create_task(answer(connection, SLOW))
    assert await count() > 10
    assert await asked == "late"


async def test_a_slow_answer_can_be_given_up(connection: EagerConnection, database: Database) -> None:
    asked = asyncio.create_task(answer(connection, "SELECT pg_sleep(100)"))
    async with await psycopg.AsyncConnection.connect(database.admin_url, autocommit=True) as other:
        # the server heeds no cancellation of what it has not begun, and psycopg closes a connection whose query goes on
        await eventually(lambda: _sleeps(other, connection.info.backend_pid))
    asked.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await answer(connection, "SELECT 1") == 1


async def _sleeps(other: psycopg.AsyncConnection[TupleRow], pid: int) -> bool:
    found = await other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'", (pid,))
    return await found.fetchone() is not None


async def test_pipelines_are_one_transaction(connection: EagerConnection) -> None:
    async def insert(*numbers: int) -> None:
        async with connection.pipeline():
            for number in numbers:
                await connection.execute("INSERT INTO found VALUES (%s)", (number,))

    await connection.execute("CREATE TEMP TABLE found (number int CHECK (number < 3))")
    await insert(1, 2)
    with pytest.raises(psycopg.errors.CheckViolation):
        await insert(1, 3)

    assert await answer(connection, "SELECT count(*) FROM found") == 2


async def test_a_lost_connection_is_told(connection: EagerConnection) -> None:
    with pytest.raises(psycopg.OperationalError):
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
