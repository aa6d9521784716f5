"""The scalars beside GraphQL's own."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NewType

import strawberry
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.scalar import ScalarDefinition

Long = NewType("Long", int)
Base64 = NewType("Base64", bytes)

LARGEST = 2**63 - 1
START = Long(0)


def utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _parse_time(value: object) -> datetime:
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise StrawberryInputCoercionError("This is no time. Write it as in 2026-11-30T12:00:00Z.")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _parse_long(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST <= value <= LARGEST:
        raise StrawberryInputCoercionError("This is no 64-bit integer.")
    return value


def _parse_base64(value: object) -> bytes:
    try:
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise StrawberryInputCoercionError("This is no base64 text (RFC 4648, section 4).")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


SCALARS: Mapping[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="A 64-bit integer, as a JSON number.",
        serialize=int,
        parse_value=_parse_long,
    ),
    Base64: strawberry.scalar(
        name="Base64",
        description="Bytes as base64 (RFC 4648, section 4).",
        serialize=_base64,
        parse_value=_parse_base64,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="ISO 8601, UTC, microseconds.",
        serialize=utc,
        parse_value=_parse_time,
    ),
}
