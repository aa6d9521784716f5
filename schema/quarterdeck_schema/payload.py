"""What mutations share: the request's digest under an idempotency key, and showing what was written."""

import base64
from collections.abc import Awaitable, Callable
from decimal import Decimal
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import orjson
import strawberry
from strawberry.types.nodes import SelectedField

from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.domain.errors import UnavailableError
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node

RowT = TypeVar("RowT")
NodeT = TypeVar("NodeT", bound=Node)


def idempotency_key(info: Info, arguments: object, key: str | None) -> IdempotencyKey | None:
    """The digest covers the mutation's name and all its arguments but the key, as canonical JSON."""
    asked = given(key)
    if asked is None:
        return None
    named = {name: value for name, value in vars(arguments).items() if name != "idempotency_key"}
    canonical = orjson.dumps([info.field_name, named], default=_plain, option=orjson.OPT_SORT_KEYS)
    return IdempotencyKey(key=asked, request_sha256=sha256(canonical).hexdigest())


def _plain(value: object) -> object:
    if value is strawberry.UNSET:
        # not null, which can mean to take something away
        return ["left out"]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value)} has no canonical form")


async def shown(
    info: Info,
    kind: type[NodeT],
    identifier: UUID,
    find: Callable[[UUID], Awaitable[RowT | None]],
    make: Callable[[RowT], NodeT],
    *,
    position: int,
    projection: str,
) -> NodeT:
    """The object as the read model has it at `position` or later. Where only ids are asked, nothing is looked up."""
    if _wants_only_id(info):
        return _reference(kind, identifier)
    await info.context.services.reads.wait_for(position, projection)
    row = await find(identifier)
    if row is None:
        raise UnavailableError("It was done, but the read model does not show it yet.", "Ask for it by its id.")
    return make(row)


def _wants_only_id(info: Info) -> bool:
    return all(
        isinstance(selection, SelectedField) and selection.name in {"id", "__typename"}
        for field in info.selected_fields
        for selection in field.selections
    )


def _reference(kind: type[NodeT], identifier: UUID) -> NodeT:
    """An object that knows its id only."""
    made = object.__new__(kind)
    made.id = ids.encode(kind.__name__, identifier)
    return made
