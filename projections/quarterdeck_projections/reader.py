"""Reading events from the log for projections: rows as text, decoded only where a projection looks at the topic."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from psycopg import sql

from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode, Logged
from quarterdeck_projections.nul import ESCAPED_NUL, without_nul
from quarterdeck_projections.projection import Projection, RowProjection

LoggedRow: TypeAlias = tuple[int, str, str, str, str, str, int, bytes | None]

# the log holds no gaps and shows its events in order, so all positions up to its head are there to read
ROWS = sql.SQL("""
    SELECT position, stream_id::text, recorded_at::text, actor_kind, actor_id, topic, schema_version, payload
    FROM log.events WHERE position > %s AND position <= %s AND topic = ANY(%s) ORDER BY position
""")


async def head(connection: Connection) -> int:
    """The log's last position."""
    row = await (await connection.execute("SELECT position FROM log.head")).fetchone()
    return row[0] if row else 0


class EventReader:
    """Reads what the row projections among `projections` look at, on a connection of its own."""

    def __init__(self, connection: Connection, projections: Iterable[Projection]) -> None:
        self._connection = connection
        self._topics = sorted(set[str]().union(*(p.topics for p in projections if isinstance(p, RowProjection))))

    async def prepare(self) -> None:
        """Times come as text: in UTC, ISO 8601."""
        await self._connection.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'")

    async def read(self, after: int, upto: int) -> Sequence[LoggedRow]:
        """The events in (after, upto] that a projection looks at."""
        cursor = await self._connection.execute(ROWS, (after, upto, self._topics), prepare=True)
        return await cursor.fetchall()


def deal(rows: Iterable[LoggedRow], projections: Iterable[RowProjection], decode: Decode) -> list[list[Logged]]:
    """The events that each projection looks at. Unknown and erased ones reach none."""
    hands: list[list[Logged]] = []
    takers: dict[str, list[list[Logged]]] = {}
    for projection in projections:
        hand: list[Logged] = []
        hands.append(hand)
        for topic in projection.topics:
            takers.setdefault(topic, []).append(hand)
    for position, stream_id, recorded_at, actor_kind, actor_id, topic, schema_version, payload in rows:
        taking = takers.get(topic)
        if taking is None:
            continue
        event = decode(topic, schema_version, without_nul(payload) if payload and ESCAPED_NUL in payload else payload)
        if isinstance(event, UnknownEvent | ErasedEvent):
            continue
        logged = Logged._make((position, stream_id, recorded_at, actor_kind, actor_id, event))
        for hand in taking:
            hand.append(logged)
    return hands
