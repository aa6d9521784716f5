"""The service of comparing: whoever may notify asks, the projector's process compares, and tables keep what it found.

The application may not write the read models, and need not: it asks by a notification, and reads the answer.
"""

import asyncio
from typing import LiteralString, NoReturn
from uuid import UUID

import psycopg
import structlog
from psycopg.types.json import Jsonb

from quarterdeck.application.background import end
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck_projections.comparison import Compared, Difference, compare
from quarterdeck_projections.database import Connection
from quarterdeck_projections.hearing import hearing
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.queries.read_model_checks import CHANNEL
from quarterdeck_projections.scratch import LOCK
from quarterdeck_projections.standing import described

KEPT = 20
"""Checks, the newest."""
MOST_DIFFERENCES = 10_000
"""That are kept of a check; the others are counted."""
SAID_SECONDS = 0.2
RECONNECT_SECONDS = 1.0

log = structlog.stdlib.get_logger(__name__)


async def serve(database_url: str, decode: Decode) -> NoReturn:
    """Compares whenever it is asked to, until cancelled. `database_url` is the projector's."""
    while True:
        try:
            async with hearing(database_url, CHANNEL) as (heard, writing):
                await _give_up_lost(writing)
                async for asked in heard.notifies():
                    await _take(writing, database_url, decode, asked.payload)
        except psycopg.OperationalError as error:
            log.warning("the database is away from comparisons", error=described(error))
        await asyncio.sleep(RECONNECT_SECONDS)


async def _take(writing: Connection, database_url: str, decode: Decode, asked: str) -> None:
    try:
        check_id = UUID(asked)
    except ValueError:
        return
    inserted = await writing.execute(
        """
        INSERT INTO read.read_model_checks (id, asked_at, state, step, done, total)
        VALUES (%s, now(), 'running', 'beginning', 0, 0) ON CONFLICT DO NOTHING
        """,
        (check_id,),
    )
    # of several that hear it, one has the row
    if inserted.rowcount:
        await _Check(writing, check_id).run(database_url, decode)


async def _give_up_lost(writing: Connection) -> None:
    """Checks whose process is gone: nobody holds the lock that one at work has."""
    row = await (await writing.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
    if not row or not row[0]:
        return
    await writing.execute(
        """
        UPDATE read.read_model_checks SET state = 'failed', failure = 'The process that compared has ended.',
            next_step = 'Start it again.' WHERE state = 'running'
        """
    )
    await writing.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


class _Check:
    def __init__(self, writing: Connection, check_id: UUID) -> None:
        self._writing = writing
        self._id = check_id
        self._step = ("", 0, 0)
        self._count = 0

    async def run(self, database_url: str, decode: Decode) -> None:
        await self._forget_old()
        telling = asyncio.create_task(self._tell())
        try:
            compared = await compare(database_url, decode, self._keep, self._say)
        except QuarterdeckError as error:
            await self._fail(error.message, error.next_step)
        except Exception as error:
            log.exception("a comparison failed")
            await self._fail(f"The comparison failed: {described(error)}.", "See the projector's log.")
        else:
            await self._end(compared)
        finally:
            await end([telling])

    def _say(self, step: str, done: int, total: int) -> None:
        self._step = (step, done, total)

    async def _tell(self) -> None:
        said = self._step
        while True:
            await asyncio.sleep(SAID_SECONDS)
            if said != self._step:
                said = self._step
                await self._set("step = %s, done = %s, total = %s", *said)

    async def _keep(self, found: Difference) -> None:
        self._count += 1
        if self._count > MOST_DIFFERENCES:
            return
        await self._writing.execute(
            "INSERT INTO read.read_model_differences VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (self._id, self._count, found.table, found.key, found.column, found.logged, found.live),
        )

    async def _forget_old(self) -> None:
        await self._writing.execute(
            """
            DELETE FROM read.read_model_checks WHERE state <> 'running' AND id NOT IN
                (SELECT id FROM read.read_model_checks ORDER BY asked_at DESC LIMIT %s)
            """,
            (KEPT,),
        )
        await self._writing.execute(
            "DELETE FROM read.read_model_differences WHERE check_id NOT IN (SELECT id FROM read.read_model_checks)"
        )

    async def _end(self, compared: Compared) -> None:
        await self._set(
            "state = 'ended', step = 'compared', position = %s, rows = %s, differences = %s, tables = %s",
            compared.position,
            compared.rows,
            compared.differences,
            Jsonb(compared.by_table),
        )

    async def _fail(self, failure: str, next_step: str) -> None:
        await self._set("state = 'failed', failure = %s, next_step = %s", failure, next_step)

    async def _set(self, values: LiteralString, *parameters: object) -> None:
        query: LiteralString = f"UPDATE read.read_model_checks SET {values} WHERE id = %s"  # noqa: S608 - nothing but literals
        await self._writing.execute(query, (*parameters, self._id))
