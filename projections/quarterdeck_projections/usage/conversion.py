"""Going over from plain PostgreSQL to TimescaleDB in place: facts are copied, and what came meanwhile is projected.

It is a rebuild that begins with a copy instead of the log's first event. One that is cut off has changed nothing, and
the next one begins anew.
"""

from datetime import UTC, timedelta
from enum import StrEnum
from typing import LiteralString

import psycopg

from quarterdeck.domain.errors import InvalidInputError, UnavailableError
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.scratch import Report
from quarterdeck_projections.standing import described
from quarterdeck_projections.usage.projection import COLUMNS

COPYING = "copying facts"
"""What is reported of the copy, in facts."""
AT_ONCE = timedelta(days=1)
_KINDS: LiteralString = """
    SELECT read.usage_engine(), (SELECT relkind FROM pg_class WHERE oid = 'read.usage_facts'::regclass)::text
"""
# what has expired is in sums alone, which only the log can be asked for again
_COMPLETE: LiteralString = """
    SELECT known.position, own.closed_from <= fresh.closed_from
    FROM read.projection_positions AS known, read.usage_edges AS own, read_next.usage_edges AS fresh
    WHERE known.name = 'usage'
"""
_EXTENT: LiteralString = "SELECT count(*), min(at), max(at) FROM read.usage_facts WHERE position <= %(position)s"
_COPY: LiteralString = f"""
    INSERT INTO read_next.usage_facts ({COLUMNS}) SELECT {COLUMNS} FROM read.usage_facts
    WHERE at >= %(since)s AND at < %(until)s AND position <= %(position)s
        AND at >= (SELECT closed_from FROM read_next.usage_edges)
"""  # noqa: S608 - nothing but literals


class Found(StrEnum):
    CONVERTED = "converted"
    ALREADY = "already"


async def convert(database_url: str, decode: Decode, progress: Report | None = None) -> Found:
    """`database_url` is the projector's; readers are served and the projector goes on meanwhile.

    Raises InvalidInputError where the database has no TimescaleDB, and what `rebuild` raises.
    """
    try:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            row = await (await connection.execute(_KINDS)).fetchone()
    except psycopg.OperationalError as error:
        raise UnavailableError(f"The database does not answer: {described(error)}.", "Start it again.") from error
    assert row is not None
    engine, kind = row
    if engine != "timescaledb":
        raise InvalidInputError(
            "This database has no TimescaleDB of the Community edition.",
            "Install it, and let the database's owner CREATE EXTENSION timescaledb.",
        )
    if kind != "p":
        return Found.ALREADY
    await rebuild(database_url, decode, "usage", progress, seed=copy_facts)
    return Found.CONVERTED


async def copy_facts(connection: Connection, progress: Report | None) -> int:
    """All that were made of the log up to the position that it gives; 0 where that has to be read from its beginning.

    What the projector adds meanwhile is of later positions. What it prices anew is priced anew once more, by the event
    that says so.
    """
    row = await (await connection.execute(_COMPLETE)).fetchone()
    if row is None or not row[1]:
        return 0
    position: int = row[0]
    extent = await (await connection.execute(_EXTENT, {"position": position})).fetchone()
    assert extent is not None
    total, first, last = extent
    done = 0
    day = first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) if total else None
    while day and day <= last:
        told = {"since": day, "until": day + AT_ONCE, "position": position}
        await connection.execute("SELECT read.usage_ready('read_next', %(since)s, %(until)s)", told)
        done += (await connection.execute(_COPY, told)).rowcount
        day += AT_ONCE
        if progress:
            progress(COPYING, done, total)
    return position
