"""Transcripts as the projector reads them: on the connection whose transaction writes the words."""

from collections.abc import AsyncIterator, Collection, Iterator
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

from quarterdeck.application.compression import decompress
from quarterdeck.application.frames import OUTPUT_KINDS, Frame, decode
from quarterdeck_projections.database import Connection

_NEXT: LiteralString = """
    SELECT end_offset, sequence, part, codec, data FROM log.transcript_pieces
    WHERE command_id = %s AND (end_offset, sequence, part) > (%s, %s, %s)
    ORDER BY end_offset, sequence, part LIMIT 1
"""
_WHOLE: LiteralString = """
    SELECT command_id, codec, data FROM log.transcript_pieces
    WHERE command_id = ANY(%s) ORDER BY command_id, end_offset, sequence, part
"""


async def frames_of(connection: Connection, command_id: UUID) -> AsyncIterator[Frame]:
    """All that there is, in order; half a megabyte at a time is in memory."""
    cursor = (-1, 0, 0)
    while row := await _next(connection, command_id, cursor):
        end_offset, sequence, part, codec, data = row
        cursor = (end_offset, sequence, part)
        for frame in decode(decompress(codec, data)):
            yield frame


async def frames_of_small(
    connection: Connection, command_ids: Collection[UUID]
) -> Iterator[tuple[UUID, Iterator[Frame]]]:
    """Of several that are small together: each command's frames, a stretch at a time, in order."""
    found = await connection.execute(_WHOLE, (list(command_ids),), prepare=True, binary=True)
    rows = await found.fetchall()
    return ((command_id, decode(decompress(codec, data))) for command_id, codec, data in rows)


async def digest_of(connection: Connection, command_id: UUID) -> str:
    """SHA-256 of the output as it is now, in hex."""
    digest = sha256()
    async for frame in frames_of(connection, command_id):
        if frame.kind in OUTPUT_KINDS:
            digest.update(frame.data)
    return digest.hexdigest()


async def _next(
    connection: Connection, command_id: UUID, after: tuple[int, int, int]
) -> tuple[int, int, int, int, bytes] | None:
    found = await connection.execute(_NEXT, (command_id, *after), prepare=True, binary=True)
    return await found.fetchone()
