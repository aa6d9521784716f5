"""Reads rows of the log."""

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from quarterdeck.adapters.postgres.pool import Connection, Pool
from quarterdeck.application.ports import RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.domain.base import Actor, ActorKind, Envelope

_ROWS: LiteralString = (
    "SELECT position, stream_id, version, topic, schema_version, recorded_at, actor_kind, actor_id, correlation_id,"
    " causation_id, project_id, session_id, traceparent, payload, payload_digest, digest FROM log.events"
)
_AFTER: LiteralString = f"{_ROWS} WHERE position > %s ORDER BY position LIMIT %s"
_STREAM: LiteralString = f"{_ROWS} WHERE stream_id = %s ORDER BY version"
_SESSION: LiteralString = f"{_ROWS} WHERE session_id = %s AND position > %s ORDER BY position LIMIT %s"
_PROJECTS: LiteralString = f"{_ROWS} WHERE project_id = ANY(%s) AND position > %s ORDER BY position LIMIT %s"
_BOTH: LiteralString = (
    f"{_ROWS} WHERE session_id = %s AND project_id = ANY(%s) AND position > %s ORDER BY position LIMIT %s"
)
_HEAD: LiteralString = "SELECT position, digest FROM log.head"
_KINDS = {kind.value: kind for kind in ActorKind}


class EventReader:
    """Answers whole rows, in order."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def after(self, position: int, limit: int) -> list[RawEvent]:
        return await self._pool.run(lambda connection: read_after(connection, position, limit))

    async def stream(self, stream_id: UUID) -> list[RawEvent]:
        return await self._read(_STREAM, (stream_id,))

    async def filtered(
        self, after: int, limit: int, project_ids: Collection[UUID] | None, session_id: UUID | None
    ) -> list[RawEvent]:
        if project_ids is None:
            if session_id is None:
                return await self.after(after, limit)
            return await self._read(_SESSION, (session_id, after, limit))
        if session_id is None:
            return await self._read(_PROJECTS, (list(project_ids), after, limit))
        return await self._read(_BOTH, (session_id, list(project_ids), after, limit))

    async def head(self) -> Head:
        return await self._pool.run(read_head)

    async def _read(self, query: LiteralString, parameters: tuple[Any, ...]) -> list[RawEvent]:
        return await self._pool.run(lambda connection: _fetch(connection, query, parameters))


async def read_after(connection: Connection, position: int, limit: int) -> list[RawEvent]:
    return await _fetch(connection, _AFTER, (position, limit))


async def read_head(connection: Connection) -> Head:
    cursor = await connection.execute(_HEAD)
    position, digest = (await cursor.fetchall())[0]
    return Head(position=position, digest=digest)


async def _fetch(connection: Connection, query: LiteralString, parameters: tuple[Any, ...]) -> list[RawEvent]:
    cursor = await connection.execute(query, parameters, prepare=True, binary=True)
    return [_raw(row) for row in await cursor.fetchall()]


def _raw(row: tuple[Any, ...]) -> RawEvent:
    envelope = Envelope(
        recorded_at=row[5],
        actor=Actor(kind=_KINDS[row[6]], id=row[7]),
        correlation_id=row[8],
        causation_id=row[9],
        project_id=row[10],
        session_id=row[11],
        traceparent=row[12],
    )
    return RawEvent(
        position=row[0],
        stream_id=row[1],
        version=row[2],
        topic=row[3],
        schema_version=row[4],
        envelope=envelope,
        payload=row[13],
        payload_digest=row[14],
        digest=row[15],
    )
