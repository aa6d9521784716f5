"""Transcripts in PostgreSQL: batches of whole frames, fenced by the sequence in a head row per command."""

import asyncio
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck.adapters.postgres.pool import Connection, Pool
from quarterdeck.application.compression import compress, decompress
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, decode
from quarterdeck.application.ports.output import TranscriptHead
from quarterdeck.application.transcript import EMPTY, PIECE, Page, Piece, measure

SMALL = 16 * 1024
"""Up to this a batch is compressed on the spot; beyond it in a thread, so that the event loop goes on."""
AT_ONCE = 4
"""The most pieces that a read fetches at a time."""

_FIRST: LiteralString = """
    WITH moved AS (
        INSERT INTO log.transcript_heads (command_id, sequence, frames, "offset", encoded, complete)
        VALUES (%(command)s, 1, %(frames)s, %(offset)s, %(encoded)s, %(complete)s)
        ON CONFLICT (command_id) DO NOTHING RETURNING command_id, sequence, frames, "offset", encoded, complete
    ), stored AS (
        INSERT INTO log.transcript_pieces (command_id, sequence, part, end_offset, codec, data)
        SELECT command_id, sequence, piece.*
        FROM moved, unnest(%(parts)s::int[], %(ends)s::bigint[], %(codecs)s::smallint[], %(data)b::bytea[]) AS piece
    )
    SELECT sequence, frames, "offset", encoded, complete FROM moved"""
_NEXT: LiteralString = """
    WITH moved AS (
        UPDATE log.transcript_heads
        SET sequence = sequence + 1, frames = frames + %(frames)s, "offset" = %(offset)s,
            encoded = encoded + %(encoded)s, complete = %(complete)s
        WHERE command_id = %(command)s AND sequence = %(expected)s
        RETURNING command_id, sequence, frames, "offset", encoded, complete
    ), stored AS (
        INSERT INTO log.transcript_pieces (command_id, sequence, part, end_offset, codec, data)
        SELECT command_id, sequence, piece.*
        FROM moved, unnest(%(parts)s::int[], %(ends)s::bigint[], %(codecs)s::smallint[], %(data)b::bytea[]) AS piece
    )
    SELECT sequence, frames, "offset", encoded, complete FROM moved"""
_OWN: LiteralString = """
    SELECT sequence, frames, "offset", encoded, complete FROM log.transcript_heads
    WHERE command_id = %(command)s AND sequence = %(expected)s + 1 AND %(data)b::bytea[] = (
        SELECT array_agg(data ORDER BY part) FROM log.transcript_pieces
        WHERE command_id = %(command)s AND sequence = %(expected)s + 1)"""
_HEAD: LiteralString = """
    SELECT sequence, frames, "offset", encoded, complete FROM log.transcript_heads WHERE command_id = %(command)s"""
_PIECES: LiteralString = """
    SELECT end_offset, sequence, part, codec, data FROM log.transcript_pieces
    WHERE command_id = %s AND (end_offset, sequence, part) > (%s, %s, %s)
    ORDER BY end_offset, sequence, part LIMIT %s"""


class PostgresTranscriptStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
        batch = measure(encoded)
        pieces = batch.pieces()
        stored = _compress(pieces) if len(encoded) <= SMALL else await asyncio.to_thread(_compress, pieces)
        values = {
            "command": command_id,
            "expected": expected_sequence,
            "frames": batch.frames,
            "offset": batch.end_offset,
            "encoded": len(encoded),
            "complete": batch.complete,
            "parts": list(range(len(pieces))),
            "ends": [piece.end_offset for piece in pieces],
            "codecs": [codec for codec, _ in stored],
            "data": [data for _, data in stored],
        }
        attempts = 0

        async def store(connection: Connection) -> TranscriptHead | None:
            nonlocal attempts
            attempts += 1
            head = await _head(connection, _NEXT if expected_sequence else _FIRST, values)
            # a connection that was lost may have stored it before
            return head or (await _head(connection, _OWN, values) if attempts > 1 else None)

        head = await self._pool.run(store)
        if head is None:
            raise ConcurrencyError(f"The transcript of command {command_id} has moved on.", "Another worker has it.")
        return head

    async def head(self, command_id: UUID) -> TranscriptHead:
        return await self._pool.run(lambda connection: _head(connection, _HEAD, {"command": command_id})) or EMPTY

    async def read(self, command_id: UUID, after: int, limit: int) -> Sequence[Frame]:
        page = Page(after, limit)
        cursor = (after, 0, 0)
        while pieces := await self._pieces(command_id, cursor, limit // PIECE + 1):
            for end_offset, sequence, part, codec, data in pieces:
                cursor = (end_offset, sequence, part)
                if page.take(decode(decompress(codec, data))):
                    return page.frames
        return page.frames

    async def _pieces(self, command_id: UUID, after: tuple[int, int, int], count: int) -> list[tuple[Any, ...]]:
        async def fetch(connection: Connection) -> list[tuple[Any, ...]]:
            values = (command_id, *after, min(count, AT_ONCE))
            return await (await connection.execute(_PIECES, values, prepare=True, binary=True)).fetchall()

        return await self._pool.run(fetch)


def _compress(pieces: Sequence[Piece]) -> list[tuple[int, bytes]]:
    return [compress(piece.data) for piece in pieces]


async def _head(connection: Connection, query: LiteralString, values: dict[str, Any]) -> TranscriptHead | None:
    row = await (await connection.execute(query, values, prepare=True)).fetchone()
    if row is None:
        return None
    return TranscriptHead(sequence=row[0], frames=row[1], offset=row[2], encoded=row[3], complete=row[4])
