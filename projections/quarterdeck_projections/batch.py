"""A stretch of the log, applied to tables in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from quarterdeck_projections.changes import Changes
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection, RowProjection, SqlProjection
from quarterdeck_projections.reader import LoggedRow, deal
from quarterdeck_projections.writer import Statement, Step, copying, steps, take

SMALL_EVENTS = 32
SMALL_BYTES = 128 * 1024
"""psycopg hangs where more than half a megabyte waits in a pipeline."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The events in (after, upto]; `rows` are those that a row projection looks at."""

    after: int
    upto: int
    rows: Sequence[LoggedRow]

    def __len__(self) -> int:
        return self.upto - self.after

    def halves(self) -> tuple["Batch", "Batch"]:
        middle = (self.after + self.upto) // 2
        early = list(takewhile(lambda row: row[0] <= middle, self.rows))
        return (
            Batch(after=self.after, upto=middle, rows=early),
            Batch(after=middle, upto=self.upto, rows=self.rows[len(early) :]),
        )


def project(batch: Batch, projections: Sequence[Projection], decode: Decode) -> list[Changes]:
    row_projections = [projection for projection in projections if isinstance(projection, RowProjection)]
    hands = deal(batch.rows, row_projections, decode)
    return [projection.project(hand) for projection, hand in zip(row_projections, hands, strict=True) if hand]


async def apply(
    connection: Connection,
    schema: str,
    projections: Sequence[Projection],
    batch: Batch,
    decode: Decode,
    *,
    first: Sequence[Statement] = (),
) -> None:
    """Brings the projections' tables in `schema` from `after` to `upto`, in one transaction that `first` begins.

    `connection` is in autocommit. A few events take one round trip.
    """
    copied = [copying(p, schema, batch.after, batch.upto) for p in projections if isinstance(p, SqlProjection)]
    if len(batch) <= SMALL_EVENTS:
        written = list(steps(schema, project(batch, projections, decode)))
        await _at_once(connection, [*first, *copied, *written])
        return
    async with connection.transaction():
        for statement in first:
            await take(connection, statement)
        # the server copies while we decode
        copy = asyncio.create_task(_in_turn(connection, copied))
        try:
            await asyncio.sleep(0)
            changes = project(batch, projections, decode)
        finally:
            await copy
        await _in_turn(connection, list(steps(schema, changes)))


async def _at_once(connection: Connection, todo: Sequence[Step]) -> None:
    if sum(step.size for step in todo) > SMALL_BYTES:
        async with connection.transaction():
            await _in_turn(connection, todo)
    else:
        # without BEGIN a pipeline is one transaction up to its end
        async with connection.pipeline():
            await _in_turn(connection, todo)


async def _in_turn(connection: Connection, todo: Sequence[Step]) -> None:
    for step in todo:
        await take(connection, step)
