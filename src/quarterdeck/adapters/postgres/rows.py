"""Rows of the log as they go over the wire: PostgreSQL's binary form of `log.new_event[]`.

Packed by hand because it is the log's hot path: psycopg's own array dumper takes longer than the insert. A row is
prepared by its caller; only position and digest are put before it under the lock.
"""

import struct
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from quarterdeck.audit.chain import encode_envelope, encode_event, microseconds
from quarterdeck.domain.base import Envelope
from quarterdeck.domain.errors import InvalidInputError

_COLUMNS = 16
_BYTEA, _INT8, _INT4, _TEXT, _TIMESTAMPTZ, _UUID = 17, 20, 23, 25, 1184, 2950
_POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01, where PostgreSQL's timestamps count from."""

_ARRAY = struct.Struct(">iiIii")
_HEAD = struct.Struct(">iiiiqii32s")
_STREAM_VERSION_TOPIC = struct.Struct(">ii16siiiii")
_SCHEMA_VERSION_PAYLOAD = struct.Struct(">iiiii")
_DIGEST = struct.Struct(">ii32s")
_RECORDED_AT = struct.Struct(">iiq")
_FIELD = struct.Struct(">ii")
_ID = struct.Struct(">ii16s")
_NO_ID = _FIELD.pack(_UUID, -1)
_NO_TEXT = _FIELD.pack(_TEXT, -1)
_HEAD_SIZE = _HEAD.size - 4


class EncodedEnvelope(NamedTuple):
    """An envelope's part of the digest and of the row, shared by the events of one append."""

    covered: bytes
    columns: bytes


class PreparedRow(NamedTuple):
    """A row but for its position and digest."""

    stream_id: UUID
    version: int
    covered: bytes
    """What the digest covers beside the previous digest and the position."""
    columns: bytes


def prepare_envelope(envelope: Envelope) -> EncodedEnvelope:
    """Raises InvalidInputError for texts that PostgreSQL cannot hold."""
    try:
        columns = b"".join(
            (
                _RECORDED_AT.pack(_TIMESTAMPTZ, 8, microseconds(envelope.recorded_at) - _POSTGRES_EPOCH_US),
                _text(envelope.actor.kind),
                _text(envelope.actor.id),
                _id(envelope.correlation_id),
                _text(envelope.causation_id),
                _id(envelope.project_id),
                _id(envelope.session_id),
                _text(envelope.traceparent),
            )
        )
        return EncodedEnvelope(encode_envelope(envelope), columns)
    except UnicodeEncodeError as error:
        raise InvalidInputError("The request's context is no valid Unicode.", "Send valid UTF-8.") from error


def prepare_row(
    stream_id: UUID, version: int, topic: str, schema_version: int, payload: bytes, envelope: EncodedEnvelope
) -> PreparedRow:
    stream, name, digest = stream_id.bytes, topic.encode(), sha256(payload).digest()
    columns = b"".join(
        (
            _STREAM_VERSION_TOPIC.pack(_UUID, 16, stream, _INT4, 4, version, _TEXT, len(name)),
            name,
            _SCHEMA_VERSION_PAYLOAD.pack(_INT4, 4, schema_version, _BYTEA, len(payload)),
            payload,
            _DIGEST.pack(_BYTEA, 32, digest),
            envelope.columns,
        )
    )
    covered = encode_event(stream, version, name, schema_version, digest) + envelope.covered
    return PreparedRow(stream_id, version, covered, columns)


def place_row(row: PreparedRow, position: int, digest: bytes) -> bytes:
    """The row as an element of the array."""
    return _HEAD.pack(_HEAD_SIZE + len(row.columns), _COLUMNS, _INT8, 8, position, _BYTEA, 32, digest) + row.columns


def array(element_oid: int, count: int, elements: Iterable[bytes]) -> bytes:
    """A one-dimensional array of composites."""
    return _ARRAY.pack(1, 0, element_oid, count, 1) + b"".join(elements)


def _text(value: str | None) -> bytes:
    if value is None:
        return _NO_TEXT
    encoded = value.encode()
    if b"\0" in encoded:
        raise InvalidInputError("The request's context holds a NUL character.", "Leave it out.")
    return _FIELD.pack(_TEXT, len(encoded)) + encoded


def _id(value: UUID | None) -> bytes:
    return _NO_ID if value is None else _ID.pack(_UUID, 16, value.bytes)
