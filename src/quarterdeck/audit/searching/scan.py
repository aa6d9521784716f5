"""Searching the record, entry by entry: pure, and with memory for no more than the commands that have not ended."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from uuid import UUID

from quarterdeck.application.output_lines import Line, lines
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.application.search_query import Query, Span, Words
from quarterdeck.audit.records.entry import Entry
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRefused, CommandRequested


class Where(StrEnum):
    COMMAND = "command"
    """The text of it."""
    OUTPUT = "output"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A line with what is searched for in it."""

    where: Where
    position: int
    """Of the event: the command's request, or its end."""
    command_id: UUID
    session_id: UUID | None
    actor_id: str
    """Who asked for the command."""
    at: str
    """When they did; ISO 8601, UTC."""
    offset: int | None
    """Of the line in the output."""
    line: str
    spans: tuple[Span, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def hits(entries: Iterable[Entry], query: Query, context: int = 0) -> Iterator[Hit]:
    """In the log's order. `context`: so many lines around each."""
    asked: dict[UUID, RawEvent] = {}
    for entry in entries:
        row = entry.row
        if row.topic == CommandRequested.TOPIC:
            asked[row.stream_id] = row
            yield from _in_command(entry, query)
        elif row.topic in {CommandFinished.TOPIC, CommandLost.TOPIC, CommandRefused.TOPIC}:
            # of a part of the record the request may be missing
            request = asked.pop(row.stream_id, row)
            having = query.having if isinstance(query, Words) and not context else ()
            for hit in _in_lines(lines(entry.frames or (), having), query, context):
                yield _placed(hit, row, request)


def _in_command(entry: Entry, query: Query) -> Iterator[Hit]:
    event = entry.event
    if not isinstance(event, CommandRequested):
        return
    for text in event.text.splitlines():
        if spans := query(text):
            hit = Hit(
                where=Where.COMMAND,
                position=0,
                command_id=entry.row.stream_id,
                session_id=None,
                actor_id="",
                at="",
                offset=None,
                line=text,
                spans=tuple(spans),
            )
            yield _placed(hit, entry.row, entry.row)


def _placed(hit: Hit, row: RawEvent, request: RawEvent) -> Hit:
    return replace(
        hit,
        position=row.position,
        command_id=row.stream_id,
        session_id=row.envelope.session_id,
        actor_id=request.envelope.actor.id,
        at=request.envelope.recorded_at.isoformat(),
    )


def _in_lines(found: Iterator[Line], query: Query, context: int) -> Iterator[Hit]:
    before, ahead = deque[str](maxlen=context), deque[Line]()
    while line := ahead.popleft() if ahead else next(found, None):
        if spans := query(line.text):
            ahead.extend(islice(found, context - len(ahead)))
            yield Hit(
                where=Where.OUTPUT,
                position=0,
                command_id=UUID(int=0),
                session_id=None,
                actor_id="",
                at="",
                offset=line.offset,
                line=line.text,
                spans=tuple(spans),
                before=tuple(before),
                after=tuple(each.text for each in ahead),
            )
        before.append(line.text)
