"""Whether the read models are kept up, as seen from beside the projector."""

import asyncio
from collections.abc import Mapping

import psycopg

from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.database import Connection
from quarterdeck_projections.projection import ReadingProjection
from quarterdeck_projections.reader import head
from quarterdeck_projections.runner import LOCK

LOOK_SECONDS = 0.05

QUERY = """
    SELECT EXISTS (
               SELECT FROM pg_locks
               WHERE locktype = 'advisory' AND granted AND objsubid = 1
                 AND classid = (%(lock)s::bigint >> 32)::oid AND objid = (%(lock)s::bigint & 4294967295)::oid
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           ),
           count(*) FILTER (WHERE position >= %(head)s OR failed_at IS NOT NULL),
           COALESCE(sum(position), 0)::bigint
    FROM read.projection_positions
    WHERE name = ANY(%(names)s)
"""


class CatchingUp:
    """Waits until a projector works and every read model that a start waits for has come to where the log's head was
    at first sight.

    One that has stopped at an event it cannot take is not waited for.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.progress = 0
        """Grows as long as the read models advance."""

    async def wait(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await self._wait(connection)
                return
            except psycopg.OperationalError:
                await asyncio.sleep(LOOK_SECONDS)

    async def _wait(self, connection: Connection) -> None:
        names = [
            projection.name
            for projection in PROJECTIONS
            if not isinstance(projection, ReadingProjection) or projection.waited_for
        ]
        parameters = {"lock": LOCK, "names": names, "head": await head(connection)}
        while True:
            led, settled, self.progress = await _look(connection, parameters)
            if led and settled == len(names):
                return
            await asyncio.sleep(LOOK_SECONDS)


async def _look(connection: Connection, parameters: Mapping[str, object]) -> tuple[bool, int, int]:
    row = await (await connection.execute(QUERY, parameters)).fetchone()
    assert row is not None
    return row[0], row[1], row[2]
