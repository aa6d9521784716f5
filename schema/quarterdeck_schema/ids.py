"""Global ids: base64 of `Type:uuid`."""

import base64
import binascii
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import InvalidInputError


def encode(type_name: str, identifier: UUID) -> strawberry.ID:
    return strawberry.ID(base64.b64encode(f"{type_name}:{identifier}".encode()).decode("ascii"))


def decode(text: str) -> tuple[str, UUID]:
    """The type's name and the id. INVALID_INPUT for anything that `encode` does not make."""
    try:
        type_name, _, identifier = base64.b64decode(text, validate=True).decode("ascii").partition(":")
        uuid = UUID(identifier)
    except (binascii.Error, ValueError):
        raise _malformed(text) from None
    if encode(type_name, uuid) != text:
        raise _malformed(text)
    return type_name, uuid


def decode_as(type_name: str, text: str, field: str) -> UUID:
    """The id of an object of this type."""
    try:
        found, identifier = decode(text)
    except InvalidInputError as error:
        raise InvalidInputError(error.message, error.next_step, field=field) from None
    if found != type_name:
        raise InvalidInputError(
            f"This is the id of a {found[:40]}, not of a {type_name}.", f"Pass a {type_name}'s id.", field=field
        )
    return identifier


def _malformed(text: str) -> InvalidInputError:
    return InvalidInputError(f"{text[:60]!r} is no id.", "Pass an id as the API gave it.")
