"""CloudEvents 1.0 in their JSON format, one a line (https://github.com/cloudevents/spec).

`source` and `id` together name an event for ever. Numbers that grow without end are strings, as integers have 32 bits
there; `sequence` is the position with leading zeros, as the extension of that name wants it, and `traceparent` is that
of the distributed tracing extension. Where something was erased `erased` is true and `erasedreason` says why; where all
of the payload was, `data` is missing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.records.entry import Entry

MEDIA_TYPE = "application/json"
SEQUENCE_DIGITS = 20
_encode = msgspec.json.Encoder().encode


def lines(entries: Iterator[Entry], reasons: Mapping[int, str]) -> Iterator[bytes]:
    """`reasons`: why the holes are there, by position."""
    return (line(entry.row, reasons.get(entry.row.position)) for entry in entries)


def line(row: RawEvent, erased_because: str | None = None) -> bytes:
    return _encode(cloud_event(row, erased_because)) + b"\n"


def cloud_event(row: RawEvent, erased_because: str | None = None) -> dict[str, Any]:
    envelope = row.envelope
    project, session = envelope.project_id, envelope.session_id
    attributes = {
        "specversion": "1.0",
        "id": row.event_id,
        "source": f"urn:quarterdeck:project:{project}" if project else "urn:quarterdeck:log",
        "type": f"quarterdeck.{row.topic}.v{row.schema_version}",
        "subject": str(row.stream_id),
        "time": envelope.recorded_at.isoformat(),
        "sequence": f"{row.position:0{SEQUENCE_DIGITS}}",
        "position": str(row.position),
        "digest": row.digest.hex(),
        "payloaddigest": row.payload_digest.hex(),
        "actorkind": envelope.actor.kind.value,
        "actorid": envelope.actor.id,
        "correlationid": str(envelope.correlation_id),
        "causationid": envelope.causation_id,
        "sessionid": str(session) if session else None,
        "traceparent": envelope.traceparent,
        "erased": row.erased or None,
        "erasedreason": (erased_because or None) if row.erased else None,
        **_data(row.payload),
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _data(payload: bytes | None) -> dict[str, Any]:
    """The payload's own bytes, so that `payloaddigest` can be checked. A bundle comes from anywhere: what is no JSON
    is text, and a line feed, which within JSON has no meaning, does not end the line."""
    if payload is None:
        return {}
    try:
        msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {"datacontenttype": "text/plain", "data": payload.decode("utf-8", "replace")}
    return {"datacontenttype": MEDIA_TYPE, "data": msgspec.Raw(payload.replace(b"\n", b" ").replace(b"\r", b" "))}
