"""A connection that waits for notifications: it hears them, and sleeps where there are none."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import psycopg
import pytest
from tests.support.services import Database

from quarterdeck.listening import INTERVAL_SECONDS, ListeningConnection


def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the event loop is asked to wake after from now on, in seconds."""
    loop, asked = asyncio.get_running_loop(), list[float]()
    call_later = loop.call_later

    def recorded(delay: float, *arguments: object) -> asyncio.TimerHandle:
        asked.append(delay)
        return call_later(delay, *arguments)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(loop, "call_later", recorded)
    return asked


@asynccontextmanager
async def hearing(connection: ListeningConnection) -> AsyncGenerator[asyncio.Future[psycopg.Notify]]:
    """Who waits for the next notification, and has begun to."""
    # the connection's lock is held until they are closed
    async with aclosing(connection.notifies()) as notifies:
        heard = asyncio.ensure_future(anext(notifies))
        await asyncio.sleep(0)
        try:
            yield heard
        finally:
            heard.cancel()
            await asyncio.wait([heard])


@asynccontextmanager
async def listening(database: Database) -> AsyncGenerator[ListeningConnection]:
    async with await ListeningConnection.connect(database.app_url, autocommit=True) as connection:
        await connection.execute("LISTEN of_this_test")
        yield connection


async def test_who_is_told_of_nothing_sleeps_until_he_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(database) as connection:
        asked = delays(monkeypatch)
        async with hearing(connection) as heard:
            assert asked == [INTERVAL_SECONDS]
            with psycopg.connect(database.app_url, autocommit=True) as other:
                other.execute("SELECT pg_notify('of_this_test', 'ahoy')")
            async with asyncio.timeout(INTERVAL_SECONDS / 2):
                assert (await heard).payload == "ahoy"


async def test_who_waits_for_a_time_only_waits_no_longer(database: Database) -> None:
    async with asyncio.timeout(INTERVAL_SECONDS / 2), listening(database) as connection:
        assert [notify async for notify in connection.notifies(timeout=0.01)] == []


async def test_a_lost_connection_is_noticed_at_once(database: Database) -> None:
    async with (
        asyncio.timeout(INTERVAL_SECONDS / 2),
        listening(database) as connection,
        hearing(connection) as heard,
    ):
        with psycopg.connect(database.admin_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            await heard


async def test_who_gave_up_can_ask(database: Database) -> None:
    async with asyncio.timeout(INTERVAL_SECONDS / 2), listening(database) as connection:
        async with hearing(connection):
            pass
        row = await (await connection.execute("SELECT 1")).fetchone()
        assert row == (1,)
