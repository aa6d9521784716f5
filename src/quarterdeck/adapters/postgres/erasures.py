"""Erasing in PostgreSQL: by functions that do what a logged PayloadErased says, and nothing else (0005_erasure.sql)."""

from typing import Any, LiteralString

import psycopg

from quarterdeck.adapters.postgres.pool import Connection, Pool
from quarterdeck.application.compression import compress, decompress
from quarterdeck.application.frames import decode, encode
from quarterdeck.application.transcript import without
from quarterdeck.domain.erasure import ErasedOutput
from quarterdeck.domain.errors import ConflictError

_TOMBSTONE: LiteralString = "SELECT log.tombstone(payload, %s) FROM log.events WHERE position = %s"
_CARRY_OUT: LiteralString = "SELECT log.carry_out(%s), pg_notify('quarterdeck_erased', %s)"
_PIECES: LiteralString = """
    SELECT sequence, part, end_offset, codec, data FROM log.transcript_pieces
    WHERE command_id = %s AND (sequence, part) > (%s, %s) AND end_offset >= %s ORDER BY sequence, part LIMIT 1"""
_REPLACE: LiteralString = "SELECT log.replace_piece(%s, %s, %s, %s, %s::smallint, %s)"


class PostgresErasures:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def tombstone(self, position: int, fields: tuple[str, ...]) -> bytes | None:
        try:
            row = await self._row(_TOMBSTONE, (list(fields), position))
        except psycopg.DataError as error:
            raise ConflictError(
                f"Fields of event {position} cannot be taken out: its payload is no JSON that the database reads.",
                "Tell those who run the server: `SELECT log.erase(POSITION)` by the owner takes all of it.",
            ) from error
        return row[0] if row else None

    async def carry_out(self, erasure: int) -> None:
        await self._row(_CARRY_OUT, (erasure, str(erasure)))

    async def rewrite(self, erasure: int, output: ErasedOutput) -> None:
        after = (0, -1)
        while row := await self._row(_PIECES, (output.command_id, *after, output.first)):
            sequence, part, _, codec, data = row
            after = (sequence, part)
            frames = list(decode(decompress(codec, data)))
            if frames and frames[0].offset > output.until:
                return
            kept = [without(frame, output.first, output.until) for frame in frames]
            if kept != frames:
                fresh = compress(b"".join(map(encode, kept)))
                await self._row(_REPLACE, (erasure, output.command_id, sequence, part, *fresh))

    async def _row(self, query: LiteralString, parameters: tuple[Any, ...]) -> tuple[Any, ...] | None:
        async def ask(connection: Connection) -> tuple[Any, ...] | None:
            return await (await connection.execute(query, parameters)).fetchone()

        return await self._pool.run(ask)
