"""What can be searched: a command's text when it is asked for, its output when it has ended."""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRequested
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.events import Event
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import ReadingProjection
from quarterdeck_projections.search.writing import Known, forget_outputs, write_outputs, write_texts
from quarterdeck_projections.tables import SearchPiece

_LOOKED_AT = [each.TOPIC for each in (CommandRequested, CommandFinished, CommandLost, PayloadErased)]
_ENDS = [CommandFinished.TOPIC, CommandLost.TOPIC]
_EVENTS: LiteralString = """
    SELECT position, stream_id, topic, schema_version, payload FROM log.events
    WHERE position > %s AND position <= %s AND topic = ANY(%s) ORDER BY position
"""
_REQUESTS: LiteralString = """
    SELECT position, stream_id, topic, schema_version, payload FROM log.events
    WHERE position = ANY(%s) AND topic = 'CommandRequested' ORDER BY position
"""
_ENDED: LiteralString = """
    SELECT DISTINCT stream_id FROM log.events WHERE stream_id = ANY(%s) AND position <= %s AND topic = ANY(%s)
"""


class Entry(NamedTuple):
    position: int
    stream_id: UUID
    event: Event


async def advance(connection: Connection, schema: str, after: int, upto: int, decode: Decode) -> None:
    """Adds the words of the commands that were asked for, and of those that ended, in (after, upto]."""
    rows = await connection.execute(_EVENTS, (after, upto, _LOOKED_AT), prepare=True)
    entries = _entries(await rows.fetchall(), decode)
    await write_texts(connection, schema, _texts(entries))
    ended = [entry.stream_id for entry in entries if isinstance(entry.event, CommandFinished | CommandLost)]
    await write_outputs(connection, schema, ended)
    for entry in entries:
        if isinstance(entry.event, PayloadErased):
            await erase(connection, schema, entry.event, upto, decode)


async def erase(connection: Connection, schema: str, record: PayloadErased, upto: int, decode: Decode) -> None:
    """Writes anew what an erasure took something out of, as far as it is there: `upto` this position of the log.

    To be done again once the erasure was carried out, if it was not yet.
    """
    positions = [each.position for each in record.events if each.position <= upto]
    rows = await connection.execute(_REQUESTS, (positions,))
    await write_texts(connection, schema, _texts(_entries(await rows.fetchall(), decode)))
    printed = [each.command_id for each in record.output]
    found = await connection.execute(_ENDED, (printed, upto, _ENDS))
    ended = [row[0] for row in await found.fetchall()]
    await forget_outputs(connection, schema, ended)
    await write_outputs(connection, schema, ended)


def _entries(rows: Sequence[tuple[Any, ...]], decode: Decode) -> list[Entry]:
    found = ((row[0], row[1], decode(row[2], row[3], row[4])) for row in rows)
    return [
        Entry(at, stream, event) for at, stream, event in found if not isinstance(event, UnknownEvent | ErasedEvent)
    ]


def _texts(entries: Sequence[Entry]) -> list[tuple[Known, str]]:
    return [
        (Known(entry.stream_id, entry.position, entry.event.project_id, entry.event.session_id), entry.event.text)
        for entry in entries
        if isinstance(entry.event, CommandRequested)
    ]


SEARCH = ReadingProjection(name="search", tables=(SearchPiece,), advance=advance, waited_for=False)
