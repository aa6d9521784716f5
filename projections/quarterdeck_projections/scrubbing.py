"""Read models after an erasure: those that showed something of it are built anew from what the log has now."""

import asyncio
from collections.abc import Sequence
from typing import NoReturn

import psycopg
import structlog

from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.errors import ConflictError
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.database import Connection
from quarterdeck_projections.hearing import hearing
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection, RowProjection, SqlProjection
from quarterdeck_projections.reader import head
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.search.projection import SEARCH, erase
from quarterdeck_projections.search.transcripts import digest_of
from quarterdeck_projections.standing import described
from quarterdeck_projections.tables import SCHEMA

CHANNEL = "quarterdeck_erased"
"""Told of each record once the log itself is clean."""
CURSOR = "projector.erasures"
AGAIN_SECONDS = 2.0
RECORDS = """
    SELECT schema_version, payload FROM log.events
    WHERE position > %s AND position <= %s AND topic = 'PayloadErased' ORDER BY position
"""

log = structlog.stdlib.get_logger(__name__)


async def serve(database_url: str, decode: Decode) -> NoReturn:
    """Follows erasures until cancelled; those from while it was away first. `database_url` is the projector's."""
    while True:
        try:
            async with hearing(database_url, CHANNEL) as (heard, connection):
                await scrub(connection, database_url, decode)
                async for _ in heard.notifies():
                    await scrub(connection, database_url, decode)
        except ConflictError as error:
            log.info("the read models still show what was erased", error=error.message)
        except psycopg.OperationalError as error:
            log.warning("the database is away from erasures", error=described(error))
        except Exception:
            log.exception("the read models still show what was erased")
        await asyncio.sleep(AGAIN_SECONDS)


async def scrub(connection: Connection, database_url: str, decode: Decode) -> None:
    """Builds anew what events that were erased since the last time are shown in."""
    row = await (await connection.execute("SELECT position FROM log.cursors WHERE name = %s", (CURSOR,))).fetchone()
    since, upto = row[0] if row else 0, await head(connection)
    rows = await (await connection.execute(RECORDS, (since, upto))).fetchall()
    decoded = [decode(PayloadErased.TOPIC, version, payload) for version, payload in rows]
    records = [record for record in decoded if isinstance(record, PayloadErased)]
    positions = [e.position for record in records for e in record.events]
    await _check_done(connection, positions)
    await _scrub_search(connection, records, decode)
    if positions:
        shown = await _showing(connection, positions)
        log.info("read models are built anew after an erasure", projections=[each.name for each in shown])
        await rebuild(database_url, decode, projections=shown)
    await connection.execute(
        """
        INSERT INTO log.cursors VALUES (%s, %s)
        ON CONFLICT (name) DO UPDATE SET position = greatest(cursors.position, EXCLUDED.position)
        """,
        (CURSOR, upto),
    )


async def _scrub_search(connection: Connection, records: Sequence[PayloadErased], decode: Decode) -> None:
    """What is searched is written anew for the commands concerned alone: all of it would take long."""
    for output in {each.command_id: each for record in records for each in record.output}.values():
        if await digest_of(connection, output.command_id) != output.output_sha256:
            raise ConflictError(
                f"Output of command {output.command_id} is not erased yet.", "Whoever erases it goes on."
            )
    if not records:
        return
    async with connection.transaction():
        # a projector that read what was there before has to be done with it
        found = await connection.execute(
            "SELECT position FROM read.projection_positions WHERE name = %s FOR UPDATE", (SEARCH.name,)
        )
        row = await found.fetchone()
        for record in records:
            await erase(connection, SCHEMA, record, row[0] if row else 0, decode)


async def _check_done(connection: Connection, positions: Sequence[int]) -> None:
    open_ones = await connection.execute(
        "SELECT position FROM log.events WHERE position = ANY(%s) AND erased_at IS NULL LIMIT 1", (positions,)
    )
    if row := await open_ones.fetchone():
        raise ConflictError(f"Event {row[0]} is not erased yet.", "Whoever erases it goes on.")


async def _showing(connection: Connection, positions: Sequence[int]) -> list[Projection]:
    found = await connection.execute("SELECT DISTINCT topic FROM log.events WHERE position = ANY(%s)", (positions,))
    topics = {topic for (topic,) in await found.fetchall()}
    return [
        each
        for each in PROJECTIONS
        if isinstance(each, SqlProjection) or (isinstance(each, RowProjection) and topics & each.topics)
    ]
