"""Transcripts in PostgreSQL: batches of whole frames, fenced by the sequence in a head row per command."""

import asyncio
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck.adapters.postgres.compression import compress, decompress
from quarterdeck.adapters.postgres.pool import Connection, Pool
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, decode
from quarterdeck.application.ports import TranscriptHead
from quarterdeck.application.transcript import EMPTY, Page, head_after

SMALL = 16 * 1024
"""Up to this a batch is compressed on the spot; beyond it in a thread, so that the event loop goes on."""
AT_ONCE = 4
"""How many batches a read fetches at a time."""

_FIRST: LiteralString = """
    WITH moved AS (
        INSERT INTO log.transcript_heads (command_id, sequence, frames, "offset", encoded, complete)
        VALUES (%(command)s, 1, %(frames)s, %(offset)s, %(encoded)s, %(complete)s)
        ON CONFLICT (command_id) DO NOTHING RETURNING command_id, sequence, frames, "offset", encoded, complete
    ), stored AS (
        INSERT INTO log.transcript_batches (command_id, sequence, end_offset, codec, data)
        SELECT command_id, sequence, "offset", %(codec)s, %(data)s FROM moved
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
        INSERT INTO log.transcript_batches (command_id, sequence, end_offset, codec, data)
        SELECT command_id, sequence, "offset", %(codec)s, %(data)s FROM moved
    )
    SELECT sequence, frames, "offset", encoded, complete FROM moved"""
_OWN: LiteralString = """
    SELECT sequence, frames, "offset", encoded, complete FROM log.transcript_heads NATURAL JOIN log.transcript_batches
    WHERE command_id = %(command)s AND sequence = %(expected)s + 1 AND data = %(data)s"""
_HEAD: LiteralString = """
    SELECT sequence, frames, "offset", encoded, complete FROM log.transcript_heads WHERE command_id = %(command)s"""
_BATCHES: LiteralString = """
    SELECT end_offset, sequence, codec, data FROM log.transcript_batches
    WHERE command_id = %s AND (end_offset, sequence) > (%s, %s) ORDER BY end_offset, sequence LIMIT %s"""


class PostgresTranscriptStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
        batch = head_after(EMPTY, encoded)
        codec, data = compress(encoded) if len(encoded) <= SMALL else await asyncio.to_thread(compress, encoded)
        values = {
            "command": command_id,
            "expected": expected_sequence,
            "frames": batch.frames,
            "offset": batch.offset,
            "encoded": batch.encoded,
            "complete": batch.complete,
            "codec": codec,
            "data": data,
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
        cursor = (after, 0)
        while batches := await self._batches(command_id, cursor):
            for end_offset, sequence, codec, data in batches:
                cursor = (end_offset, sequence)
                if page.take(decode(decompress(codec, data))):
                    return page.frames
        return page.frames

    async def _batches(self, command_id: UUID, cursor: tuple[int, int]) -> list[tuple[int, int, int, bytes]]:
        async def fetch(connection: Connection) -> list[tuple[Any, ...]]:
            found = await connection.execute(_BATCHES, (command_id, *cursor, AT_ONCE), prepare=True, binary=True)
            return await found.fetchall()

        return [(row[0], row[1], row[2], row[3]) for row in await self._pool.run(fetch)]


async def _head(connection: Connection, query: LiteralString, values: dict[str, Any]) -> TranscriptHead | None:
    row = await (await connection.execute(query, values, prepare=True)).fetchone()
    if row is None:
        return None
    return TranscriptHead(sequence=row[0], frames=row[1], offset=row[2], encoded=row[3], complete=row[4])
