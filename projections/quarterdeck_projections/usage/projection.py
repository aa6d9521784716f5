"""Writing facts: those of new events, and all costs of a project whose price table was revised."""

from collections.abc import Sequence
from typing import LiteralString

import msgspec
from psycopg import sql

from quarterdeck.domain.prices import PriceTableRevised
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import ReadingProjection
from quarterdeck_projections.usage.entries import Entry, Log
from quarterdeck_projections.usage.facts import Fact, Past, cost_of, facts_of
from quarterdeck_projections.usage.measures import Measure
from quarterdeck_projections.usage.retention import settle
from quarterdeck_projections.usage.steps import step_of

COPIED_FROM = 64
"""Facts. Fewer are quicker in one round trip as JSON."""
REPRICED_AT_ONCE = 500
COLUMNS: LiteralString = (
    "at, position, value, project_id, measure, user_id, persona, provider, model, detail, session_id, task_id, price"
)
"""As the fields of a fact."""
_TYPES: LiteralString = (
    "at timestamptz, position bigint, value bigint, project_id uuid, measure text, user_id uuid, persona text, "
    "provider text, model text, detail text, session_id uuid, task_id uuid, price text"
)
_READY: LiteralString = "SELECT kept, closed, sums_alone FROM read.usage_ready(%s, %s, %s)"
_json = msgspec.json.Encoder()


async def advance(connection: Connection, schema: str, after: int, upto: int, decode: Decode) -> None:
    """Adds the facts of the events in (after, upto]; leaves every cost as the newest price table has it."""
    log = Log(connection, decode, upto)
    entries = await log.measured(after)
    if not entries:
        return
    past = Past.of(await log.beginnings(entries))
    repriced = {e.event.project_id: None for e in entries if isinstance(e.event, PriceTableRevised)}
    facts = [fact for entry in entries for fact in (*facts_of(entry, past), *step_of(entry, past))]
    facts += _costs([entry for entry in entries if entry.project_id not in repriced], past)
    await write(connection, schema, facts)
    for project_id in repriced:
        await connection.execute(
            "SELECT read.usage_clear(%s, %s, %s)", (schema, project_id, Measure.COST.value), prepare=True
        )
        done = 0
        while calls := await log.calls(project_id, done, REPRICED_AT_ONCE):
            await write(connection, schema, _costs(calls, Past.of(await log.beginnings(calls))))
            done = calls[-1].position


def _costs(entries: Sequence[Entry], past: Past) -> list[Fact]:
    return [cost for cost in (cost_of(entry, past) for entry in entries) if cost is not None]


async def write(connection: Connection, schema: str, facts: Sequence[Fact]) -> None:
    """Adds facts, whose months may be new, as far as they are kept. In the caller's transaction."""
    if not facts:
        return
    times = [fact.at for fact in facts]
    ready = await connection.execute(_READY, (schema, min(times), max(times)), prepare=True)
    kept, closed, sums_alone = await anext(ready)
    if closed is not None:
        facts = [fact for fact in facts if fact.at >= closed]
    if sums_alone and kept is not None:
        await _sum_up(connection, schema, [fact for fact in facts if fact.at < kept])
        facts = [fact for fact in facts if fact.at >= kept]
    await _add(connection, schema, facts)


async def _sum_up(connection: Connection, schema: str, facts: Sequence[Fact]) -> None:
    if facts:
        await connection.execute("SELECT read.usage_sum(%s, %s)", (schema, _rows(facts)), prepare=True)


async def _add(connection: Connection, schema: str, facts: Sequence[Fact]) -> None:
    if not facts:
        return
    if len(facts) < COPIED_FROM:
        await connection.execute(_insert(schema), (_rows(facts),), prepare=True)
        return
    async with connection.cursor().copy(_copy(schema)) as copy:
        for fact in facts:
            await copy.write_row(fact)


def _rows(facts: Sequence[Fact]) -> str:
    return _json.encode([fact._asdict() for fact in facts]).decode()


def _insert(schema: str) -> sql.Composed:
    return sql.SQL("INSERT INTO {}.usage_facts ({}) SELECT {} FROM json_to_recordset(%s::json) AS new({})").format(
        sql.Identifier(schema), sql.SQL(COLUMNS), sql.SQL(COLUMNS), sql.SQL(_TYPES)
    )


def _copy(schema: str) -> sql.Composed:
    return sql.SQL("COPY {}.usage_facts ({}) FROM STDIN").format(sql.Identifier(schema), sql.SQL(COLUMNS))


USAGE = ReadingProjection(
    name="usage",
    relations=("usage_facts", "usage_hourly", "usage_daily", "usage_edges"),
    make="SELECT read.usage_make(%s)",
    replace="SELECT read.usage_replace(%s, %s)",
    advance=advance,
    settle=settle,
)
