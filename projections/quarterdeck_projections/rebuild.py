"""Building read models anew from the log, into tables beside the present ones, which take their place at the end.

Readers are served meanwhile and the projector goes on. Only the last step stops them: readers for some milliseconds,
the projector for as long as what is left by then takes.
"""

import math
from collections.abc import Awaitable, Callable, Sequence

import psycopg
from psycopg import sql

from quarterdeck.domain.errors import NotFoundError, UnavailableError
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.collection import rare_collection
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection
from quarterdeck_projections.reader import head
from quarterdeck_projections.scratch import Report, Scratch
from quarterdeck_projections.standing import described
from quarterdeck_projections.tables import NEXT_SCHEMA, SCHEMA

BATCH_EVENTS = 4000
NEAR_EVENTS = 500
"""So few are left for the last step."""
LESS = 2
"""Another round is worth it where one in so many of what the round before had left is left now, or fewer."""
SWITCHES = 60
"""How often the last step is tried when readers hold the tables."""
LOCK_TIMEOUT = b"SET LOCAL lock_timeout = '500ms'"

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
                async with Scratch(writing, reading, chosen, decode) as scratch:
                    await _Rebuild(scratch, reading, chosen, progress, seed).run()
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
        scratch: Scratch,
        reading: Connection,
        projections: Sequence[Projection],
        report: Report | None,
        seed: Seed | None,
    ) -> None:
        self._scratch = scratch
        self._writing = scratch.writing
        self._reading = reading
        self._names = [projection.name for projection in projections]
        self._report = report
        self._seed = seed
        self._position = 0

    async def run(self) -> None:
        await self._scratch.make()
        if self._seed:
            self._position = await self._seed(self._writing, self._report)
        await self._catch_up()
        await self._settle()
        await self._scratch.analyze()
        for _ in range(SWITCHES):
            await self._catch_up()
            try:
                await self._switch()
            except psycopg.errors.LockNotAvailable:
                continue
            return
        await self._scratch.drop()
        raise UnavailableError("Readers keep the tables busy; they were not switched.", "Start the rebuild again.")

    async def _catch_up(self) -> None:
        """Until little is left for the last step, or as much as comes in a round: who writes all the time writes on."""
        before = math.inf
        while NEAR_EVENTS < (left := (last := await head(self._writing)) - self._position) <= before / LESS:
            before = left
            while self._position < last:
                await self._advance(min(self._position + BATCH_EVENTS, last), last)
                self._tell(last)

    async def _settle(self) -> None:
        settling = [projection.settle for projection in self._scratch.readers if projection.settle]
        last = await head(self._writing)
        if settling and last > self._position:
            # what is settled takes little more: all that there is has to be in it
            await self._advance(last, last)
        for settle in settling:
            await settle(self._writing, NEXT_SCHEMA)

    async def _advance(self, upto: int, last: int) -> None:
        following = min(upto + BATCH_EVENTS, last) if upto < last else None
        await self._scratch.advance(self._position, upto, following)
        self._position = upto

    async def _switch(self) -> None:
        """In one transaction that the projector waits for: the last events, the tables, the positions."""
        async with self._writing.transaction():
            await self._writing.execute(LOCK_TIMEOUT)
            await self._writing.execute(
                "SELECT FROM read.projection_positions WHERE name = ANY(%s) FOR UPDATE", (self._names,)
            )
            last = await head(self._reading)
            # undone where the tables are not switched: the position stays
            for after in range(self._position, last, BATCH_EVENTS):
                await self._scratch.advance(after, min(after + BATCH_EVENTS, last))
            for table in self._scratch.tables:
                await self._replace(table)
            for projection in self._scratch.readers:
                if projection.replace:
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
