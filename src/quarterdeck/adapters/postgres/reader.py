"""Reads rows of the log."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from quarterdeck.adapters.postgres.filtering import narrow, select, select_marks
from quarterdeck.adapters.postgres.pool import Connection, Pool
from quarterdeck.application.ports.log import EventFilter, EventMoment, Marks
from quarterdeck.audit.chain import Head

# in the order that events.py takes them
_ROWS: LiteralString = (
    "SELECT position, stream_id, version, topic, schema_version, recorded_at, actor_kind, actor_id, correlation_id,"
    " causation_id, project_id, session_id, traceparent, payload, payload_digest, digest,"
    " erased_at IS NOT NULL AND payload IS NOT NULL AS partly_erased FROM log.events"
)
_MOMENTS: LiteralString = "SELECT position, recorded_at, topic FROM log.events"
_AFTER: LiteralString = f"{_ROWS} WHERE position > %s ORDER BY position LIMIT %s"
_STREAM: LiteralString = f"{_ROWS} WHERE stream_id = %s ORDER BY version"
# a look-up in the index for each stream, however long it is
_LAST: LiteralString = f"""
    SELECT event.* FROM unnest(%s::uuid[]) AS wanted (stream_id)
    CROSS JOIN LATERAL ({_ROWS} WHERE stream_id = wanted.stream_id ORDER BY version DESC LIMIT 1) AS event
    """  # noqa: S608 - nothing but literals
_DIGESTS: LiteralString = "SELECT digest FROM log.events WHERE position > %s ORDER BY position LIMIT %s"
_HEAD: LiteralString = "SELECT position, digest FROM log.head"
T = TypeVar("T")
Row = tuple[Any, ...]
Build = Callable[[Row], T]
Parameters = tuple[Any, ...] | Mapping[str, Any]


class EventReader:
    """Answers rows in order, each as `build` makes it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def after(self, position: int, limit: int, build: Build[T]) -> list[T]:
        return await self._pool.run(lambda connection: read_after(connection, position, limit, build))

    async def stream(self, stream_id: UUID, build: Build[T]) -> list[T]:
        return await self._read(_STREAM, (stream_id,), build)

    async def last(self, stream_ids: Collection[UUID], build: Build[T]) -> list[T]:
        """The last row of each of these streams, in no order."""
        return await self._read(_LAST, (list(stream_ids),), build)

    async def filtered(
        self,
        after: int,
        limit: int,
        build: Build[T],
        chosen: EventFilter,
        *,
        before: int | None = None,
        backward: bool = False,
    ) -> list[T]:
        """The first rows between two positions of those that are meant, or the last; in the log's order."""
        query = select(_ROWS, chosen, "DESC" if backward else "ASC")

        async def read(connection: Connection) -> list[T]:
            parameters = await narrow(connection, chosen, after, before)
            return await _fetch(connection, query, {**parameters, "limit": limit}, build)

        found = await self._pool.run(read)
        return found[::-1] if backward else found

    async def marks(self, chosen: EventFilter, every: int) -> Marks:
        query = select_marks(chosen)

        async def read(connection: Connection) -> list[tuple[int, int]]:
            parameters = {**await narrow(connection, chosen, 0, None), "every": every}
            return await _fetch(connection, query, parameters, lambda row: (row[0], row[1]))

        found = await self._pool.run(read)
        positions = [position for position, number in found if number % every == 1 or every == 1]
        last, total = found[-1] if found else (0, 0)
        return Marks(total=total, positions=positions, last=last)

    async def moments(self, after: int, limit: int, chosen: EventFilter) -> list[EventMoment]:
        query = select(_MOMENTS, chosen, "ASC")

        async def read(connection: Connection) -> list[EventMoment]:
            parameters = await narrow(connection, chosen, after, None)
            return await _fetch(connection, query, {**parameters, "limit": limit}, EventMoment._make)

        return await self._pool.run(read)

    async def digests(self, after: int, limit: int) -> list[bytes]:
        return await self._read(_DIGESTS, (after, limit), lambda row: bytes(row[0]))

    async def head(self) -> Head:
        return await self._pool.run(read_head)

    async def _read(self, query: LiteralString, parameters: Parameters, build: Build[T]) -> list[T]:
        return await self._pool.run(lambda connection: _fetch(connection, query, parameters, build))


async def read_after(connection: Connection, position: int, limit: int, build: Build[T]) -> list[T]:
    return await _fetch(connection, _AFTER, (position, limit), build)


async def read_head(connection: Connection) -> Head:
    cursor = await connection.execute(_HEAD)
    position, digest = (await cursor.fetchall())[0]
    return Head(position=position, digest=digest)


async def _fetch(connection: Connection, query: LiteralString, parameters: Parameters, build: Build[T]) -> list[T]:
    cursor = await connection.execute(query, parameters, prepare=True, binary=True)
    return [build(row) for row in await cursor.fetchall()]
