"""Building read models anew from the log, into tables beside the present ones, which take their place at the end.

Readers are served meanwhile and the projector goes on. Only the last step stops them, for some milliseconds.
"""

from collections.abc import Awaitable, Callable, Sequence

import psycopg
from psycopg import sql

from quarterdeck.domain.errors import ConflictError, NotFoundError, UnavailableError
from quarterdeck_projections import statements
from quarterdeck_projections.ahead import Ahead
from quarterdeck_projections.batch import Batch, apply, project
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.changes import Changes
from quarterdeck_projections.collection import rare_collection
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection, ReadingProjection
from quarterdeck_projections.reader import EventReader, head
from quarterdeck_projections.standing import described
from quarterdeck_projections.tables import NEXT_SCHEMA, SCHEMA

LOCK = 0x71645F6E657874
"""`qd_next` in ASCII: the advisory lock of the one rebuild."""
BATCH_EVENTS = 4000
NEAR_EVENTS = 500
"""So few are left for the last step."""
SWITCHES = 60
"""How often the last step is tried when readers hold the tables."""
LOCK_TIMEOUT = b"SET LOCAL lock_timeout = '500ms'"

Report = Callable[[str, int, int], None]
"""Told the projection's name, the position it has reached, and the log's head."""
Seed = Callable[[Connection, Report | None], Awaitable[int]]
"""Fills the new tables with what there is, and says up to which position of the log that is; 0: they are empty."""


async def rebuild(
    database_url: str,
    decode: Decode,
    name: str | None = None,
    progress: Report | None = None,
    projections: Sequence[Projection] = PROJECTIONS,
    *,
    seed: Seed | None = None,
) -> None:
    """Rebuilds one projection, or all. `database_url` is the projector's. `seed`: to begin with instead of the log.

    Raises NotFoundError for a name there is none of, ConflictError where a rebuild runs already or an event cannot be
    projected, UnavailableError where the database fails. Whatever it raises, the read models are as they were.
    """
    chosen = _chosen(projections, name)
    try:
        with rare_collection():
            async with (
                await psycopg.AsyncConnection.connect(database_url, autocommit=True) as writing,
                await psycopg.AsyncConnection.connect(database_url, autocommit=True) as reading,
            ):
                await _Rebuild(writing, reading, chosen, decode, progress, seed).run()
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"The database failed during the rebuild: {described(error)}.", "Nothing has changed. Start it again."
        ) from error


def _chosen(projections: Sequence[Projection], name: str | None) -> Sequence[Projection]:
    chosen = [projection for projection in projections if name in {None, projection.name}]
    if not chosen:
        known = ", ".join(projection.name for projection in projections)
        raise NotFoundError(f"There is no projection {name!r}.", f"Name one of: {known}.")
    return chosen


class _Rebuild:
    def __init__(
        self,
        writing: Connection,
        reading: Connection,
        projections: Sequence[Projection],
        decode: Decode,
        report: Report | None,
        seed: Seed | None,
    ) -> None:
        self._writing = writing
        self._reading = reading
        self._reader = EventReader(reading, projections)
        self._ahead = Ahead(self._reader, decode)
        self._projections = projections
        self._names = [projection.name for projection in projections]
        self._tables = [model.TABLE for projection in projections for model in projection.tables]
        self._readers = [projection for projection in projections if isinstance(projection, ReadingProjection)]
        self._decode = decode
        self._report = report
        self._seed = seed
        self._position = 0

    async def run(self) -> None:
        await self._reader.prepare()
        await self._lock()
        try:
            await self._build()
        finally:
            await self._ahead.close()

    async def _build(self) -> None:
        await self._make_tables()
        if self._seed:
            self._position = await self._seed(self._writing, self._report)
        await self._catch_up()
        await self._settle()
        for table in [*self._tables, *(name for each in self._readers for name in each.relations)]:
            await self._writing.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(NEXT_SCHEMA, table)))
        for _ in range(SWITCHES):
            await self._catch_up()
            try:
                await self._switch()
            except psycopg.errors.LockNotAvailable:
                continue
            return
        await self._drop_tables()
        raise UnavailableError("Readers keep the tables busy; they were not switched.", "Start the rebuild again.")

    async def _lock(self) -> None:
        row = await (await self._writing.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
        if not row or not row[0]:
            raise ConflictError("A rebuild is running already.", "Wait until it has ended.")
        # a rebuild that is cut off starts from nothing
        await self._writing.execute("SET synchronous_commit = off")

    async def _make_tables(self) -> None:
        await self._drop_tables()
        for table in self._tables:
            for statement in statements.create(NEXT_SCHEMA, f"{SCHEMA}.{table}"):
                await self._writing.execute(statement)
        for projection in self._readers:
            await self._writing.execute(projection.make, (NEXT_SCHEMA,))

    async def _drop_tables(self) -> None:
        """Also those that an earlier rebuild left."""
        rows = await self._writing.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (NEXT_SCHEMA,))
        for (table,) in await rows.fetchall():
            # a partition goes with the table that it is of
            await self._writing.execute(
                sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(NEXT_SCHEMA, table))
            )

    async def _catch_up(self) -> None:
        while (last := await head(self._writing)) - self._position > NEAR_EVENTS:
            while self._position < last:
                self._position = await self._advance(self._position, min(self._position + BATCH_EVENTS, last), last)
                self._tell(last)

    async def _settle(self) -> None:
        settling = [projection.settle for projection in self._readers if projection.settle]
        last = await head(self._writing)
        if settling and last > self._position:
            # what is settled takes little more: all that there is has to be in it
            self._position = await self._advance(self._position, last, last)
        for settle in settling:
            await settle(self._writing, NEXT_SCHEMA)

    async def _advance(self, after: int, upto: int, last: int) -> int:
        batch, changes = await self._ahead.take(self._projections, after, upto)
        if upto < last:
            await self._ahead.begin(self._projections, upto, min(upto + BATCH_EVENTS, last))
        await self._apply(batch, changes)
        return upto

    async def _apply(self, batch: Batch, changes: Sequence[Changes] | None = None) -> None:
        try:
            if changes is None:
                changes = project(batch, self._projections, self._decode)
            await apply(self._writing, NEXT_SCHEMA, self._projections, batch, changes, self._decode)
        except psycopg.OperationalError:
            raise
        except Exception as error:
            if len(batch) == 1:
                raise ConflictError(
                    f"Event {batch.upto} cannot be projected: {described(error)}.",
                    "Nothing has changed. Look at the event with `qd audit`, and report it.",
                ) from error
            for half in batch.halves():
                await self._apply(half)

    async def _switch(self) -> None:
        """In one transaction that the projector waits for: the last events, the tables, the positions."""
        async with self._writing.transaction():
            await self._writing.execute(LOCK_TIMEOUT)
            await self._writing.execute(
                "SELECT FROM read.projection_positions WHERE name = ANY(%s) FOR UPDATE", (self._names,)
            )
            last = await head(self._reading)
            if last > self._position:
                await self._advance(self._position, last, last)
            for table in self._tables:
                await self._replace(table)
            for projection in self._readers:
                await self._writing.execute(projection.replace, (NEXT_SCHEMA, SCHEMA))
            await self._writing.execute(
                """
                INSERT INTO read.projection_positions (name, position) SELECT unnest(%s::text[]), %s
                ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position, failed_at = NULL, failure = NULL
                """,
                (self._names, last),
            )
            await self._writing.execute(
                "SELECT pg_notify('quarterdeck_projected', %s)", (f"{last} {' '.join(self._names)}",)
            )
        self._position = last
        self._tell(last)

    async def _replace(self, table: str) -> None:
        await self._writing.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(SCHEMA, table)))
        await self._writing.execute(
            sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(sql.Identifier(NEXT_SCHEMA, table), sql.Identifier(SCHEMA))
        )

    def _tell(self, last: int) -> None:
        if self._report:
            for name in self._names:
                self._report(name, self._position, last)
