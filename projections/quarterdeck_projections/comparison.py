"""Comparing the live read models with what the log gives, row by row.

The log is applied to empty tables beside the live ones. The last stretch, up to where the live ones are, and the
comparison are one transaction with one snapshot: live rows and their positions are seen as of one moment, and the
projector goes on meanwhile.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg import sql

from quarterdeck.domain.errors import UnavailableError
from quarterdeck_projections import statements
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection
from quarterdeck_projections.scratch import Scratch
from quarterdeck_projections.standing import described
from quarterdeck_projections.tables import METADATA, NEXT_SCHEMA, SCHEMA

BATCH_EVENTS = 1000
"""Small: whoever compares may have other work to do between two."""
NEAR_EVENTS = 500
"""So few are left for the transaction that compares."""
ROUNDS = 5
"""After so many the rest is left for it in any case: the log may grow as fast as it is read."""
FETCHED = 500
VOLATILE: dict[str, str] = {
    "projection_positions": "how far each projection has come, and why one has stopped: the log does not say",
    "usage_edges": "since when facts are kept: of the day on which the room was last given back",
    "read_model_checks": "how comparisons went: it is no read model",
    "read_model_differences": "what comparisons found: it is no read model",
}
"""Tables that are not compared, and why. Of those compared every column is, but for ones that PostgreSQL computes."""
USAGE_SINCE: dict[str, LiteralString] = {
    "usage_facts": "at >= (SELECT max(facts_from) FROM edges)",
    "usage_hourly": "bucket >= (SELECT max(closed_from) FROM edges)",
    "usage_daily": "bucket >= (SELECT max(closed_from) FROM edges)",
}
"""What of usage is the log's alone to say: facts that are kept, and sums that none of the gone ones is in."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    table: str
    key: str
    """JSON: the columns that name the row, or the whole row where none do."""
    column: str | None
    """None: the row is in one of the two only."""
    logged: str | None
    """JSON: what the log gives. None: no such row."""
    live: str | None


@dataclass(kw_only=True)
class Compared:
    position: int = 0
    """Of the log, that the live tables were at: the last one, where they differ."""
    rows: int = 0
    """Live ones."""
    differences: int = 0
    by_table: dict[str, int] = field(default_factory=dict[str, int])
    """How many differences in each; of every table that was compared."""


Say = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""
Found = Callable[[Difference], Awaitable[None]]


async def compare(
    database_url: str,
    decode: Decode,
    found: Found,
    say: Say,
    projections: Sequence[Projection] = PROJECTIONS,
) -> Compared:
    """`found` is told each difference. `database_url` is the projector's.

    Raises ConflictError where a rebuild or another comparison runs, or an event cannot be projected; UnavailableError
    where the database fails.
    """
    try:
        async with (
            await psycopg.AsyncConnection.connect(database_url, autocommit=True) as writing,
            await psycopg.AsyncConnection.connect(database_url, autocommit=True) as reading,
            Scratch(writing, reading, projections, decode) as scratch,
        ):
            try:
                return await _Comparison(scratch, projections, found, say).run()
            finally:
                if not writing.broken:
                    await scratch.drop()
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"The database failed during the comparison: {described(error)}.", "Start it again."
        ) from error


class _Comparison:
    def __init__(self, scratch: Scratch, projections: Sequence[Projection], found: Found, say: Say) -> None:
        self._scratch = scratch
        self._connection = scratch.writing
        self._projections = projections
        self._found = found
        self._say = say
        self._position = 0
        self._compared = Compared()

    async def run(self) -> Compared:
        await self._scratch.make()
        for _ in range(ROUNDS):
            upto = min((await _positions(self._connection, self._projections)).values())
            await self._advance(upto)
            if min((await _positions(self._connection, self._projections)).values()) - self._position <= NEAR_EVENTS:
                break
        await self._scratch.analyze()
        async with self._connection.transaction():
            await self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await self._advance_each(await _positions(self._connection, self._projections))
            await self._compare()
        return self._compared

    async def _advance(self, upto: int) -> None:
        while self._position < upto:
            step = min(self._position + BATCH_EVENTS, upto)
            following = min(step + BATCH_EVENTS, upto) if step < upto else None
            await self._scratch.advance(self._position, step, following)
            self._position = step
            self._say("reading the log", step, upto)

    async def _advance_each(self, positions: dict[str, int]) -> None:
        """To where each live one is, which need not be the same for all."""
        for projection in self._projections:
            at, upto = self._position, positions[projection.name]
            while at < upto:
                step = min(at + BATCH_EVENTS, upto)
                await self._scratch.advance(at, step, projections=[projection])
                at = step
        self._compared.position = max(positions.values())

    async def _compare(self) -> None:
        tables = [name for name in self._scratch.tables if name not in VOLATILE]
        relations = [name for each in self._scratch.readers for name in each.relations if name not in VOLATILE]
        for number, table in enumerate([*tables, *relations]):
            self._say(f"comparing {table}", number, len(tables) + len(relations))
            self._compared.rows += await _count(self._connection, table)
            self._compared.by_table[table] = 0
            compared = keyed(self._connection, table) if table in tables else whole(self._connection, table)
            async with aclosing(compared) as differences:
                async for difference in differences:
                    self._compared.by_table[table] += 1
                    self._compared.differences += 1
                    await self._found(difference)


async def _positions(connection: Connection, projections: Sequence[Projection]) -> dict[str, int]:
    """Of the live ones; 0 for one that has not begun."""
    rows = await (await connection.execute("SELECT name, position FROM read.projection_positions")).fetchall()
    known: dict[str, int] = dict(rows)
    return {projection.name: known.get(projection.name, 0) for projection in projections}


async def _count(connection: Connection, table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, table))
    row = await (await connection.execute(query)).fetchone()
    return row[0] if row else 0


async def keyed(connection: Connection, table: str) -> AsyncGenerator[Difference]:
    """Of a table with a primary key: one for each column that differs, and for each row that only one side has."""
    name = f"{SCHEMA}.{table}"
    keys = [sql.Identifier(column) for column in statements.key(name)]
    columns = [sql.Identifier(column.name) for column in statements.written(METADATA.tables[name])]
    query = sql.SQL(
        """
        SELECT to_jsonb(l)::text, to_jsonb(n)::text FROM (SELECT {columns} FROM {live}) AS l
        FULL JOIN (SELECT {columns} FROM {next}) AS n USING ({keys})
        WHERE l IS DISTINCT FROM n
        """
    ).format(
        columns=sql.SQL(", ").join(columns),
        keys=sql.SQL(", ").join(keys),
        live=sql.Identifier(SCHEMA, table),
        next=sql.Identifier(NEXT_SCHEMA, table),
    )
    async for live, logged in _streamed(connection, query):
        for difference in differing(table, statements.key(name), live, logged):
            yield difference


async def whole(connection: Connection, relation: str) -> AsyncGenerator[Difference]:
    """Of a relation without a key: one for each row that one side has more often than the other."""
    side = sql.SQL("SELECT * FROM {relation} WHERE {since}")
    since = sql.SQL(USAGE_SINCE.get(relation, "true"))
    live = side.format(relation=sql.Identifier(SCHEMA, relation), since=since)
    logged = side.format(relation=sql.Identifier(NEXT_SCHEMA, relation), since=since)
    query = sql.SQL(
        """
        WITH edges AS (SELECT * FROM {live_edges} UNION ALL SELECT * FROM {next_edges})
        SELECT true, to_jsonb(l)::text FROM (({live}) EXCEPT ALL ({logged})) AS l
        UNION ALL
        SELECT false, to_jsonb(n)::text FROM (({logged}) EXCEPT ALL ({live})) AS n
        """
    ).format(
        live=live,
        logged=logged,
        live_edges=sql.Identifier(SCHEMA, "usage_edges"),
        next_edges=sql.Identifier(NEXT_SCHEMA, "usage_edges"),
    )
    async for is_live, row in _streamed(connection, query):
        yield Difference(
            table=relation,
            key=row,
            column=None,
            logged=None if is_live else row,
            live=row if is_live else None,
        )


async def _streamed(connection: Connection, query: sql.Composed) -> AsyncIterator[tuple[Any, Any]]:
    async with connection.cursor(name="differences") as cursor:
        cursor.itersize = FETCHED
        await cursor.execute(query)
        async for first, second in cursor:
            yield first, second


def differing(table: str, keys: Sequence[str], live: str | None, logged: str | None) -> list[Difference]:
    """Of two rows with the same key, as JSON."""
    before, after = _row(live), _row(logged)
    key = _text({column: (before or after or {})[column] for column in keys})
    if before is None or after is None:
        return [Difference(table=table, key=key, column=None, logged=logged, live=live)]
    return [
        Difference(table=table, key=key, column=column, logged=_text(after[column]), live=_text(before[column]))
        for column in before
        if before[column] != after[column]
    ]


def _row(text: str | None) -> dict[str, object] | None:
    return None if text is None else msgspec.json.decode(text, type=dict[str, object])


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
