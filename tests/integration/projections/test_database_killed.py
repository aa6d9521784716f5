"""PostgreSQL killed under a projector."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest
from tests.support.prepared import new_postgres
from tests.support.projecting import Story, projected, projecting, tables
from tests.support.services import Database, service_folder
from tests.support.waiting import eventually

from quarterdeck.adapters.postgres import schema as log_schema
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host.database import APP, PROJECTOR
from quarterdeck.host.postgres import EmbeddedPostgres
from quarterdeck_projections import database as pools
from quarterdeck_projections import schema
from quarterdeck_projections.queries import sessions
from quarterdeck_projections.queries.positions import ProjectionWatch


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of this test's own."""
    with service_folder() as folder:
        server = new_postgres(folder)
        server.start()
        urls = server.urls()
        log_schema.install(urls.owner, APP, PROJECTOR)
        schema.install(urls.owner, APP, PROJECTOR)
        yield server
        server.stop()


async def test_the_projector_the_readers_and_the_waiters_go_on_after_postgresql_was_killed(
    server: EmbeddedPostgres,
) -> None:
    urls = server.urls()
    database = Database("quarterdeck", urls.owner, urls.app, urls.projector, urls.admin)
    async with (
        PostgresEventLog(urls.app, SystemClock()) as log,
        pools.Database(urls.app) as read,
        projecting(database),
        ProjectionWatch(urls.app) as watch,
    ):
        story = Story(log)
        await story.begin()
        session_id = await story.open_session()
        for _ in range(2):
            writing = asyncio.gather(*(story.run(session_id) for _ in range(100)), return_exceptions=True)
            await asyncio.to_thread(_kill_and_start, server)
            await writing

        last = await eventually(lambda: _head(log), within=30)
        await watch.wait_for(last, ["sessions", "commands"], 30)
        await projected(database, last)
        assert await sessions.get(read, session_id)
    assert len(tables(database)["audit_trail"]) == last
    assert len(tables(database)["commands"]) == (last - 4) // 3


async def _head(log: PostgresEventLog) -> int:
    try:
        return await log.head()
    except QuarterdeckError:
        return 0


def _kill_and_start(server: EmbeddedPostgres) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    server.start()
