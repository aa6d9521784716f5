"""Rows of the log as they go over the wire: PostgreSQL's binary form of `log.new_event[]`.

Packed by hand because it is the log's hot path: psycopg's own array dumper takes longer than the insert. The columns
that the digest covers are encoded once, for the digest and for the wire, by the caller; under the lock only position
and digest are put before them.
"""

import struct
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from quarterdeck.audit.chain import BYTEA, INT8, encode_envelope, encode_event
from quarterdeck.domain.base import Envelope
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError

_COLUMNS = 16
_ARRAY = struct.Struct(">iiIii")
_HEAD = struct.Struct(">iiiiqii32sii")
_HEAD_SIZE = _HEAD.size - 4
"""Without the row's own length."""


MAX_SAVE_BYTES = 64 * 1024 * 1024


class PreparedRow(NamedTuple):
    """A row but for its position and digest."""

    stream_id: UUID
    version: int
    payload: bytes
    covered: bytes
    """The columns that the digest covers."""


def prepare_envelope(envelope: Envelope) -> bytes:
    """The envelope's columns. Raises InvalidInputError for texts that PostgreSQL cannot hold."""
    causation, traceparent = envelope.causation_id, envelope.traceparent
    if (
        "\0" in envelope.actor.id
        or (causation is not None and "\0" in causation)
        or (traceparent is not None and "\0" in traceparent)
    ):
        raise InvalidInputError("The request's context holds a NUL character.", "Leave it out.")
    try:
        return encode_envelope(envelope)
    except UnicodeEncodeError as error:
        raise InvalidInputError("The request's context is no valid Unicode.", "Send valid UTF-8.") from error


def prepare_row(
    stream_id: UUID, version: int, topic: str, schema_version: int, payload: bytes, envelope: bytes
) -> PreparedRow:
    """`envelope` is as `prepare_envelope` gives it."""
    covered = encode_event(stream_id, version, topic, schema_version, sha256(payload).digest()) + envelope
    return PreparedRow(stream_id, version, payload, covered)


def check_size(rows: Sequence[PreparedRow]) -> int:
    """How many bytes they take, about. Raises LimitExceededError where one append may not take as much."""
    size = 0
    for row in rows:
        size += len(row.payload) + len(row.covered)
    if size > MAX_SAVE_BYTES:
        raise LimitExceededError(
            f"These events take more than {MAX_SAVE_BYTES >> 20} MiB together.", "Save fewer at a time."
        )
    return size


def place_row(row: PreparedRow, position: int, digest: bytes) -> bytes:
    """The row as an element of the array: position, digest, payload, and what the digest covers."""
    _, _, payload, covered = row
    size = _HEAD_SIZE + len(payload) + len(covered)
    return _HEAD.pack(size, _COLUMNS, INT8, 8, position, BYTEA, 32, digest, BYTEA, len(payload)) + payload + covered


def array(element_oid: int, rows: Sequence[bytes]) -> bytes:
    """A one-dimensional array of placed rows."""
    return _ARRAY.pack(1, 0, element_oid, len(rows), 1) + b"".join(rows)
