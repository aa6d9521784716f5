"""Writing marks of words of commands' texts and of pieces of their output, many at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from psycopg import sql

from quarterdeck.application.search_query import words_of
from quarterdeck_projections.database import Connection
from quarterdeck_projections.search.marks import marks_of
from quarterdeck_projections.search.pieces import Piece, Pieces, Window
from quarterdeck_projections.search.transcripts import frames_of, frames_of_small

AT_ONCE = 32
"""Pieces that go to the server together."""
SMALL = 64 * 1024
"""Bytes of a transcript; smaller ones are read together."""
TOGETHER = 32
_COMMANDS = sql.SQL("""
    SELECT p.command_id, p.position, p.project_id, p.session_id, h.encoded
    FROM {schema}.search_pieces p JOIN log.transcript_heads h ON h.command_id = p.command_id
    WHERE p.command_id = ANY(%s) AND p.number = 0 ORDER BY p.position
""")
_INSERT = sql.SQL("""
    INSERT INTO {schema}.search_pieces
    SELECT p.command_id, number, position, project_id, session_id, output_first, output_until, error_first, error_until,
        marks::int[]
    FROM unnest(%s::uuid[], %s::int[], %s::bigint[], %s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::text[]) AS p(command_id, number, position, project_id, session_id, output_first, output_until,
        error_first, error_until, marks)
    ON CONFLICT (command_id, number) DO UPDATE SET marks = EXCLUDED.marks
""")
_FORGET = sql.SQL("DELETE FROM {schema}.search_pieces WHERE command_id = ANY(%s) AND number > 0")


class Known(NamedTuple):
    """A command whose text is there."""

    command_id: UUID
    position: int
    """Of its request."""
    project_id: UUID
    session_id: UUID


Row = tuple[UUID, int, int, UUID, UUID, int, int, int, int, str]


async def write_texts(connection: Connection, schema: str, texts: Sequence[tuple[Known, str]]) -> None:
    rows = [_row(known, 0, Window(), words_of(text)) for known, text in texts]
    await _insert(connection, schema, rows)


async def forget_outputs(connection: Connection, schema: str, command_ids: Collection[UUID]) -> None:
    await connection.execute(_FORGET.format(schema=sql.Identifier(schema)), (list(command_ids),))


async def write_outputs(connection: Connection, schema: str, command_ids: Collection[UUID]) -> None:
    """Of commands whose texts are there and whose output is not."""
    if not command_ids:
        return
    query = _COMMANDS.format(schema=sql.Identifier(schema))
    found = await connection.execute(query, (list(command_ids),), prepare=True)
    rows = await found.fetchall()
    small = [Known(*row[:4]) for row in rows if row[4] <= SMALL]
    for start in range(0, len(small), TOGETHER):
        await _write_small(connection, schema, small[start : start + TOGETHER])
    for row in rows:
        if row[4] > SMALL:
            await _write_large(connection, schema, Known(*row[:4]))


async def _write_small(connection: Connection, schema: str, commands: Sequence[Known]) -> None:
    known = {each.command_id: each for each in commands}
    stretches = await frames_of_small(connection, list(known))
    rows: list[Row] = []
    for command_id, group in groupby(stretches, itemgetter(0)):
        pieces = Pieces()
        found = [piece for _, frames in group for frame in frames for piece in pieces.take(frame)]
        rows += _rows(known[command_id], [*found, *pieces.rest()])
    await _insert(connection, schema, rows)


async def _write_large(connection: Connection, schema: str, known: Known) -> None:
    pieces, waiting, number = Pieces(), list[Piece](), 1
    async for frame in frames_of(connection, known.command_id):
        waiting += pieces.take(frame)
        if len(waiting) >= AT_ONCE:
            await _insert(connection, schema, list(_rows(known, waiting, number)))
            number += len(waiting)
            waiting.clear()
    await _insert(connection, schema, list(_rows(known, [*waiting, *pieces.rest()], number)))


def _rows(known: Known, pieces: Sequence[Piece], first: int = 1) -> Iterator[Row]:
    return (_row(known, number, piece.window, piece.words) for number, piece in enumerate(pieces, first))


def _row(known: Known, number: int, window: Window, words: Iterable[str]) -> Row:
    return (
        known.command_id,
        number,
        known.position,
        known.project_id,
        known.session_id,
        window.output_first,
        window.output_until,
        window.error_first,
        window.error_until,
        f"{{{','.join(map(str, marks_of(words)))}}}",
    )


async def _insert(connection: Connection, schema: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await connection.execute(_INSERT.format(schema=sql.Identifier(schema)), columns, prepare=True)
