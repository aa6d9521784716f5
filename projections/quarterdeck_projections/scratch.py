"""Tables in a schema beside the live ones, filled from the log: for a rebuild, and to compare the live ones with.

One such schema serves both, under one lock. What a process that was killed left in it, the next one drops.
"""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from quarterdeck.domain.errors import ConflictError
from quarterdeck_projections import statements
from quarterdeck_projections.ahead import Ahead
from quarterdeck_projections.batch import Batch, apply, project
from quarterdeck_projections.changes import Changes
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection, ReadingProjection
from quarterdeck_projections.reader import EventReader
from quarterdeck_projections.standing import described
from quarterdeck_projections.tables import NEXT_SCHEMA, SCHEMA

LOCK = 0x71645F6E657874
"""`qd_next` in ASCII: the advisory lock of the one that uses the schema."""

Report = Callable[[str, int, int], None]
"""Told the projection's name, the position it has reached, and the log's head."""


class Scratch:
    """To be entered; leaving it drops nothing, as a rebuild has given its tables away."""

    def __init__(
        self, writing: Connection, reading: Connection, projections: Sequence[Projection], decode: Decode
    ) -> None:
        self.writing = writing
        self._projections = projections
        self._decode = decode
        self._reader = EventReader(reading, projections)
        self._ahead = Ahead(self._reader, decode)
        self.tables = [model.TABLE for projection in projections for model in projection.tables]
        self.readers = [projection for projection in projections if isinstance(projection, ReadingProjection)]

    async def __aenter__(self) -> Self:
        """Raises ConflictError where another one is at work."""
        await self._reader.prepare()
        row = await (await self.writing.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
        if not row or not row[0]:
            raise ConflictError("A rebuild or a comparison is running already.", "Wait until it has ended.")
        # one that is cut off starts from nothing
        await self.writing.execute("SET synchronous_commit = off")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ahead.close()

    async def make(self) -> None:
        """Empty tables."""
        await self.drop()
        for table in self.tables:
            for statement in statements.create(NEXT_SCHEMA, f"{SCHEMA}.{table}"):
                await self.writing.execute(statement)
        for projection in self.readers:
            if projection.make:
                await self.writing.execute(projection.make, (NEXT_SCHEMA,))

    async def drop(self) -> None:
        """Also those that an earlier one left."""
        rows = await self.writing.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (NEXT_SCHEMA,))
        for (table,) in await rows.fetchall():
            # a partition goes with the table that it is of
            await self.writing.execute(
                sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(NEXT_SCHEMA, table))
            )

    async def analyze(self) -> None:
        for table in [*self.tables, *(name for each in self.readers for name in each.relations)]:
            await self.writing.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(NEXT_SCHEMA, table)))

    async def advance(
        self, after: int, upto: int, following: int | None = None, projections: Sequence[Projection] | None = None
    ) -> None:
        """Applies the events in (after, upto]. `following`: up to where the next call will go.

        Raises ConflictError for one that cannot be projected.
        """
        chosen = projections or self._projections
        batch, changes = await self._ahead.take(chosen, after, upto)
        if following is not None:
            await self._ahead.begin(chosen, upto, following)
        await self._apply(chosen, batch, changes)

    async def _apply(
        self, projections: Sequence[Projection], batch: Batch, changes: Sequence[Changes] | None = None
    ) -> None:
        try:
            if changes is None:
                changes = project(batch, projections, self._decode)
            await apply(self.writing, NEXT_SCHEMA, projections, batch, changes, self._decode)
        except psycopg.OperationalError:
            raise
        except Exception as error:
            if len(batch) == 1:
                raise ConflictError(
                    f"Event {batch.upto} cannot be projected: {described(error)}.",
                    "Nothing has changed. Look at the event with `qd audit`, and report it.",
                ) from error
            for half in batch.halves():
                await self._apply(projections, half)
