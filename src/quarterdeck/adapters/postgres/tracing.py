"""An append as a span, which what follows from its events comes below: their envelopes carry it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from quarterdeck.application import tracing
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.ports.tracing import Attributes, SpanKind
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.events import Event

Append = Callable[[Sequence[StreamWrite], Context], Awaitable[Sequence[Recorded[Event]]]]
TABLE = "log.events"


async def traced(append: Append, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
    events = [event for write in writes for event in write.events]
    attributes: Attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": "INSERT",
        "db.collection.name": TABLE,
        "db.operation.batch.size": len(events),
        "quarterdeck.event.topics": tuple(event.TOPIC for event in events),
    }
    parent = tracing.nearest(context.traceparent)
    with tracing.span(f"INSERT {TABLE}", SpanKind.CLIENT, parent=parent, attributes=attributes) as span:
        recorded = await append(writes, replace(context, traceparent=span.traceparent))
        if recorded:
            span.set("quarterdeck.log.position", recorded[-1].position)
        return recorded
