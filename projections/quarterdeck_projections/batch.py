"""A stretch of the log, applied to tables in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from quarterdeck_projections.changes import Changes
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection, ReadingProjection, RowProjection, SqlProjection
from quarterdeck_projections.reader import LoggedRow, deal
from quarterdeck_projections.writer import Statement, Step, copying, steps, take

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
    changes: Sequence[Changes],
    decode: Decode,
    *,
    first: Sequence[Statement] = (),
) -> None:
    """Brings the projections' tables in `schema` from `after` to `upto`, in one transaction that `first` begins.

    `connection` is in autocommit. A few events take one round trip.
    """
    copied = [copying(p, schema, batch.after, batch.upto) for p in projections if isinstance(p, SqlProjection)]
    todo = [*first, *copied, *steps(schema, changes)]
    reading = [p for p in projections if isinstance(p, ReadingProjection)]
    if not reading and sum(step.size for step in todo) <= SMALL_BYTES:
        # without BEGIN a pipeline is one transaction up to its end
        async with connection.pipeline():
            await _in_turn(connection, todo)
    else:
        async with connection.transaction():
            await _in_turn(connection, todo)
            for projection in reading:
                await projection.advance(connection, schema, batch.after, batch.upto, decode)


async def _in_turn(connection: Connection, todo: Sequence[Step]) -> None:
    for step in todo:
        await take(connection, step)
