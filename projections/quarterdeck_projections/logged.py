"""An event as projections see it."""

from collections.abc import Callable
from typing import NamedTuple

from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.events import Event

Decode = Callable[[str, int, bytes | None], Event | UnknownEvent | ErasedEvent]
"""The log's codec: topic, schema version, payload (None: erased). Brings old versions up to date."""


class Logged(NamedTuple):
    """Ids and times are text, as they go into the read model unchanged: objects of them cost more than all the rest."""

    position: int
    stream_id: str
    recorded_at: str
    actor_kind: str
    actor_id: str
    event: Event
