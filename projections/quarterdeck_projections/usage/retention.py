"""How long facts and sums are kept, and giving back the room of those that have expired.

Not by the database's own policies: those go by the clock, and would drop what a projector that was away for long has
not summed up yet. Here facts go when everything before them has been projected, and their sums are there.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, NoReturn

import psycopg
import structlog
from psycopg import sql

from quarterdeck_projections.database import Connection
from quarterdeck_projections.standing import described
from quarterdeck_projections.tables import SCHEMA

LOCK = 0x71645F6B656570
"""`qd_keep` in ASCII: the advisory lock of the one that gives room back."""
LOOK_SECONDS = 600.0
AGAIN_SECONDS = 5.0
LOCK_TIMEOUT = b"SET LOCAL lock_timeout = '500ms'"
_WRITE: LiteralString = """
    UPDATE read.usage_retention SET facts_days = %(facts)s, sums_days = %(sums)s
    WHERE (facts_days, sums_days) IS DISTINCT FROM (%(facts)s, %(sums)s)
"""
# an event's facts are of the 8 days before it at most (domain.usage.PAST), or of its task's creation, and are not told
# where that has expired
_WANTED: LiteralString = """
    SELECT nullif(read.usage_edge(facts_days), '-infinity'), nullif(read.usage_edge(sums_days), '-infinity')
    FROM read.usage_retention, read.usage_edges
    WHERE (read.usage_edge(facts_days) > facts_from OR read.usage_edge(sums_days) > sums_from)
        AND NOT EXISTS (
            SELECT FROM log.events, read.projection_positions AS known
            WHERE known.name = 'usage' AND events.position = known.position + 1
                AND recorded_at - interval '8 days' < read.usage_edge(facts_days)
        )
        AND EXISTS (SELECT FROM read.projection_positions WHERE name = 'usage')
"""
_EXPIRE: LiteralString = """
    SELECT read.usage_expire(%s, coalesce(%s, '-infinity'::timestamptz), coalesce(%s, '-infinity'::timestamptz))
"""
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """In days; 0: for ever. Sums are kept as long as facts at least."""

    facts_days: int = 0
    sums_days: int = 0

    @property
    def kept_sums_days(self) -> int:
        return 0 if not (self.facts_days and self.sums_days) else max(self.facts_days, self.sums_days)


async def keep(database_url: str, retention: Retention) -> NoReturn:
    """Gives back the room of what has expired, now and then, until cancelled. `database_url` is the projector's."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
                await look(connection, retention)
            pause = LOOK_SECONDS
        except psycopg.errors.LockNotAvailable:
            # somebody reads it: another time
            pause = AGAIN_SECONDS
        except psycopg.Error as error:
            log.warning("what has expired was not removed", error=described(error))
            pause = LOOK_SECONDS
        await asyncio.sleep(pause)


async def look(connection: Connection, retention: Retention) -> bool:
    """One look. True where something was given back."""
    row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
    if not row or not row[0]:
        return False
    await connection.execute(_WRITE, {"facts": retention.facts_days, "sums": retention.kept_sums_days})
    wanted = await (await connection.execute(_WANTED)).fetchone()
    if wanted is None:
        return False
    await expire(connection, SCHEMA, *wanted)
    log.info("usage has expired", facts_before=_said(wanted[0]), sums_before=_said(wanted[1]))
    return True


async def expire(connection: Connection, schema: str, facts_from: datetime | None, sums_from: datetime | None) -> None:
    """Of a schema's relations. Raises LockNotAvailable where readers hold them."""
    await _store_sums(connection, schema, facts_from)
    async with connection.transaction():
        await connection.execute(LOCK_TIMEOUT)
        await connection.execute(_EXPIRE, (schema, facts_from, sums_from))


async def settle(connection: Connection, schema: str) -> None:
    """What was made anew has sums of facts that are kept no more: stored, where they are made of facts, and closed."""
    edges = sql.SQL("SELECT nullif(facts_from, '-infinity'), nullif(sums_from, '-infinity') FROM {}.usage_edges")
    row = await (await connection.execute(edges.format(sql.Identifier(schema)))).fetchone()
    if row and row[0]:
        await expire(connection, schema, *row)


async def _store_sums(connection: Connection, schema: str, until: datetime | None) -> None:
    """Where sums are made of facts: those that are about to go are summed up for good. Not in a transaction."""
    known = sql.SQL(
        "SELECT nullif(closed_from, '-infinity'), (SELECT relkind = 'p' FROM pg_class WHERE oid = {}::regclass)"
    )
    table = sql.Literal(f"{schema}.usage_facts")
    edges = sql.SQL("{} FROM {}.usage_edges").format(known.format(table), sql.Identifier(schema))
    row = await (await connection.execute(edges)).fetchone()
    if row is None or row[1] or until is None or (row[0] and row[0] >= until):
        return
    for rollup in ("usage_hourly", "usage_daily"):
        call = "CALL refresh_continuous_aggregate(%s, %s::timestamptz, %s::timestamptz)"
        # its name and times are told with the text: a procedure of this kind takes no parameters of the protocol
        await psycopg.AsyncClientCursor(connection).execute(call, (f"{schema}.{rollup}", row[0], until))


def _said(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""
