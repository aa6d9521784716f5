"""A filter of the log as SQL that goes by an index, whatever is asked for.

A condition that is not asked for is left out: as `$1 IS NULL OR ...` it would hide the indexes. Topics are looked up
one by one, each in its order, as the planner takes rare ones for common. There is no index of times: positions are in
their order but for writers whose clocks differ, so a time becomes a position, by halves.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString

from quarterdeck.adapters.postgres.pool import Connection
from quarterdeck.application.ports.log import EventFilter
from quarterdeck.domain.base import ActorKind

CLOCKS_DIFFER = timedelta(minutes=10)
"""By more than the clocks of two writers ever do, and an append ever waits."""
_NOWHERE = 2**63 - 1
_LAST_BEFORE: LiteralString = """
    WITH RECURSIVE half (low, high) AS (
        SELECT 0::bigint, position + 1 FROM log.head
        UNION ALL
        SELECT CASE WHEN event.recorded_at < %(moment)s THEN event.position ELSE low END,
            CASE WHEN event.recorded_at < %(moment)s THEN high ELSE event.position END
        FROM half JOIN log.events AS event ON event.position = (low + high) / 2 WHERE high - low > 1
    )
    SELECT max(low) FROM half
    """


def select(rows: LiteralString, chosen: EventFilter, order: LiteralString) -> LiteralString:
    """`rows`: the SELECT and FROM over log.events. Parameters are those of `narrow`, and `limit`."""
    conditions = _conditions(chosen)
    if chosen.topics is None:
        return f"{rows} WHERE {conditions} ORDER BY position {order} LIMIT %(limit)s"
    return f"""
        SELECT event.* FROM unnest(%(topics)s::text[]) AS wanted (topic) CROSS JOIN LATERAL (
            {rows} WHERE topic = wanted.topic AND {conditions} ORDER BY position {order} LIMIT %(limit)s
        ) AS event ORDER BY position {order} LIMIT %(limit)s
        """  # noqa: S608 - nothing but literals


def select_marks(chosen: EventFilter) -> LiteralString:
    """Position and number of each `every`-th row that is meant, from the first, and of the last."""
    conditions = _conditions(chosen)
    if chosen.topics is not None:
        conditions += " AND topic = ANY(%(topics)s)"
    return f"""
        SELECT position, number FROM (
            SELECT position, row_number() OVER in_order AS number, lead(position) OVER in_order AS next
            FROM log.events WHERE {conditions} WINDOW in_order AS (ORDER BY position)
        ) AS numbered
        WHERE (number - 1) %% %(every)s::bigint = 0 OR next IS NULL ORDER BY position
        """  # noqa: S608 - nothing but literals


def _conditions(chosen: EventFilter) -> LiteralString:
    found: LiteralString = "position > %(after)s AND position < %(before)s"
    if chosen.session_id is not None:
        found += " AND session_id = %(session)s"
    if chosen.project_ids is not None:
        found += " AND project_id = ANY(%(projects)s)"
    if chosen.stream_id is not None:
        found += " AND stream_id = %(stream)s"
    if chosen.correlation_id is not None:
        found += " AND correlation_id = %(correlation)s"
    if chosen.actor_kind is not None:
        found += " AND actor_kind = %(kind)s"
        if chosen.actor_kind != ActorKind.SYSTEM:
            found += " AND actor_kind <> 'system'"  # which the index is for
    if chosen.actor_id is not None:
        found += " AND actor_id = %(actor)s"
    if chosen.since is not None:
        found += " AND recorded_at >= %(since)s"
    if chosen.until is not None:
        found += " AND recorded_at < %(until)s"
    return found


async def narrow(connection: Connection, chosen: EventFilter, after: int, before: int | None) -> dict[str, Any]:
    """The parameters; positions are as narrow as the times make them."""
    low, high = after, _NOWHERE if before is None else before
    if chosen.since is not None:
        low = max(low, await _last_before(connection, chosen.since - CLOCKS_DIFFER))
    if chosen.until is not None:
        high = min(high, await _last_before(connection, chosen.until + CLOCKS_DIFFER) + 1)
    return {
        "after": low,
        "before": high,
        "session": chosen.session_id,
        "projects": list(chosen.project_ids or ()),
        "topics": sorted(set(chosen.topics or ())),
        "stream": chosen.stream_id,
        "correlation": chosen.correlation_id,
        "kind": chosen.actor_kind,
        "actor": chosen.actor_id,
        "since": chosen.since,
        "until": chosen.until,
    }


async def _last_before(connection: Connection, moment: datetime) -> int:
    """The last position that was recorded before; 0: none was."""
    cursor = await connection.execute(_LAST_BEFORE, {"moment": moment})
    return int((await cursor.fetchall())[0][0])
