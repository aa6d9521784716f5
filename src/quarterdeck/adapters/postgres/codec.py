"""Events as JSON and back: msgspec on the domain's dataclasses, by topic and schema version."""

from collections.abc import Callable
from functools import reduce
from typing import Any, cast

import msgspec

from quarterdeck.adapters.postgres.history import EARLIER
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.events import EVENT_TYPES, Event

Decode = Callable[[bytes], Any]

encode: Callable[[Event], bytes] = msgspec.json.Encoder().encode
"""The payload of an event."""


def decode(topic: str, schema_version: int, payload: bytes | None) -> Event | UnknownEvent | ErasedEvent:
    """The event of a payload; what this release cannot read is kept verbatim, so no stream is lost for one event."""
    if payload is None:
        return ErasedEvent(topic=topic)
    decoder = _DECODERS.get((topic, schema_version))
    if decoder is None:
        return UnknownEvent(topic=topic, payload=payload)
    try:
        event: Event = decoder(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UnknownEvent(topic=topic, payload=payload)
    return event


def shapes() -> dict[tuple[str, int], type]:
    """Every version of every event there is or was."""
    current = {(topic, event.SCHEMA_VERSION): event for topic, event in EVENT_TYPES.items()}
    return {key: earlier.shape for key, earlier in EARLIER.items()} | current


def _decoder(topic: str, version: int) -> Decode:
    """Reads the shape of `version` and takes it step by step to the current one."""
    read: Decode = msgspec.json.Decoder(shapes()[topic, version]).decode
    steps = [EARLIER[topic, at].upcast for at in range(version, EVENT_TYPES[topic].SCHEMA_VERSION)]
    if not steps:
        return read

    return lambda payload: reduce(_step, steps, cast("object", read(payload)))


def _step(event: object, upcast: Callable[[Any], object]) -> object:
    return upcast(event)


_DECODERS: dict[tuple[str, int], Decode] = {key: _decoder(*key) for key in shapes()}
