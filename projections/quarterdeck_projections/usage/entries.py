"""The events that facts are made of, as the log holds them, and what came before them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from quarterdeck.domain.archive import SnapshotsStored
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRefused, CommandRequested, CommandStarted
from quarterdeck.domain.events import Event
from quarterdeck.domain.exports import WorkspaceExported
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.prices import PriceTableRevised, price_table_id
from quarterdeck.domain.quota import QuotaExceeded
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionAdmitted,
    SessionClosed,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import TaskClaimed, TaskCreated, TaskLinked, TaskStatusChanged
from quarterdeck.domain.usage import ModelUsageRecorded
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.nul import ESCAPED_NUL, without_nul

MEASURED = (
    ModelUsageRecorded,
    PriceTableRevised,
    SessionAdmitted,
    SessionProvisioned,
    SessionProvisioningFailed,
    SessionLost,
    SessionClosed,
    CommandStarted,
    CommandFinished,
    CommandLost,
    CommandRefused,
    NetworkAccessDecided,
    SnapshotTaken,
    SnapshotsStored,
    QuotaExceeded,
    WorkspaceDiscarded,
    TaskCreated,
    TaskClaimed,
    TaskLinked,
    TaskStatusChanged,
    WorkspaceExported,
)
"""What facts are made of."""
BEGINNINGS = (
    SessionOpened,
    SessionReopened,
    SessionTaskGiven,
    SessionAdmitted,
    CommandRequested,
    CommandStarted,
    PriceTableRevised,
    TaskCreated,
    TaskClaimed,
    TaskStatusChanged,
)
"""What those began with: in their own streams, their sessions' and their projects' price tables."""

_COLUMNS = sql.SQL(
    "position, stream_id, topic, schema_version, payload, recorded_at, actor_kind, actor_id, project_id, session_id"
)
_BETWEEN = sql.SQL(
    "SELECT {} FROM log.events WHERE position > %s AND position <= %s AND topic = ANY(%s) ORDER BY position"
).format(_COLUMNS)
_OF_STREAMS = sql.SQL(
    "SELECT {} FROM log.events WHERE stream_id = ANY(%s) AND position <= %s AND topic = ANY(%s) ORDER BY position"
).format(_COLUMNS)
_CALLS = sql.SQL(
    "SELECT {} FROM log.events WHERE project_id = %s AND position > %s AND position <= %s AND topic = %s "
    "ORDER BY position LIMIT %s"
).format(_COLUMNS)


class Entry(NamedTuple):
    """An event and what facts take from its envelope."""

    position: int
    stream_id: UUID
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    project_id: UUID | None
    session_id: UUID | None
    event: object
    """An `Event`; see `LoggedEvent`."""


class Log:
    """The log up to a position, read on the connection whose transaction writes the facts."""

    def __init__(self, connection: Connection, decode: Decode, upto: int) -> None:
        self._connection = connection
        self._decode = decode
        self._upto = upto

    async def measured(self, after: int) -> list[Entry]:
        return await self._read(_BETWEEN, (after, self._upto, _topics(MEASURED)))

    async def beginnings(self, entries: Collection[Entry]) -> list[Entry]:
        """What lies in the streams that these belong to, each in order; some of it may be later than they are."""
        streams = {stream for entry in entries for stream in _streams(entry)}
        found = await self._of_streams(streams)
        if any(isinstance(entry.event, WorkspaceExported) for entry in entries):
            # a session's task has a stream of its own
            tasks = {entry.event.task_id for entry in found if isinstance(entry.event, SessionTaskGiven)}
            found += await self._of_streams(tasks - streams)
        return found

    async def _of_streams(self, streams: Collection[UUID]) -> list[Entry]:
        return await self._read(_OF_STREAMS, (list(streams), self._upto, _topics(BEGINNINGS))) if streams else []

    async def calls(self, project_id: UUID, after: int, limit: int) -> list[Entry]:
        """Of the project, in order."""
        return await self._read(_CALLS, (project_id, after, self._upto, ModelUsageRecorded.TOPIC, limit))

    async def _read(self, query: sql.Composed, parameters: Sequence[object]) -> list[Entry]:
        rows = await (await self._connection.execute(query, parameters)).fetchall()
        return [entry for entry in map(self._entry, rows) if entry is not None]

    def _entry(self, row: tuple[Any, ...]) -> Entry | None:
        position, stream_id, topic, schema_version, payload, recorded_at, kind, actor, project_id, session_id = row
        event = self._decode(
            topic, schema_version, without_nul(payload) if payload and ESCAPED_NUL in payload else payload
        )
        if isinstance(event, UnknownEvent | ErasedEvent):
            return None
        return Entry(position, stream_id, recorded_at, kind, actor, project_id, session_id, event)


def _topics(types: Iterable[type[Event]]) -> list[str]:
    return sorted(each.TOPIC for each in types)


def _streams(entry: Entry) -> list[UUID]:
    streams = [entry.stream_id]
    if entry.session_id:
        streams.append(entry.session_id)
    if isinstance(entry.event, ModelUsageRecorded):
        streams.append(price_table_id(entry.event.project_id))
    return streams
