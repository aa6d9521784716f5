"""The projector's part of a trace: for each append, when the read models had it."""

from collections.abc import Sequence

from quarterdeck.application import tracing
from quarterdeck.application.ports.tracing import SpanKind
from quarterdeck_projections.batch import Batch
from quarterdeck_projections.database import Connection

MOST = 256
"""Traces of one batch. Only of what was logged lately: a log that is read again from its beginning makes none."""
ROWS = b"""
    SELECT traceparent, max(position) FROM log.events
    WHERE position > %s AND position <= %s AND traceparent IS NOT NULL AND recorded_at > now() - interval '1 minute'
    GROUP BY traceparent LIMIT %s
"""


async def trace(connection: Connection, batch: Batch, names: Sequence[str], began: int) -> None:
    """Says that these projections were brought over the batch from `began` (nanoseconds since 1970) until now."""
    rows = await (await connection.execute(ROWS, (batch.after, batch.upto, MOST), prepare=True)).fetchall()
    for traceparent, position in rows:
        attributes = {
            "messaging.system": "postgresql",
            "messaging.operation.type": "process",
            "messaging.operation.name": "project",
            "messaging.destination.name": "log.events",
            "quarterdeck.log.position": position,
            "quarterdeck.projections": tuple(names),
        }
        tracing.record("project log.events", SpanKind.CONSUMER, parent=traceparent, start=began, attributes=attributes)
