"""The messages of graphql-transport-ws: those received, taken apart, and those sent, as text.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, cast

import orjson

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.gateway.faults import Formatted
from quarterdeck.gateway.requests import GraphQLRequest, parse_json, request_of

PROTOCOL = "graphql-transport-ws"
MOST_ID = 200


class CloseCode(IntEnum):
    """Why the gateway ends a socket."""

    GOING_AWAY = 1001
    INTERNAL = 1011
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE = 4409
    TOO_MANY = 4429


class ProtocolError(Exception):
    """The peer broke the protocol: the socket is closed with `code`."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True)
class Init:
    payload: dict[str, Any]


@dataclass(frozen=True)
class Ping:
    payload: object


@dataclass(frozen=True)
class Pong:
    pass


@dataclass(frozen=True)
class Subscribe:
    id: str
    request: GraphQLRequest


@dataclass(frozen=True)
class Complete:
    id: str


Received = Init | Ping | Pong | Subscribe | Complete


def received(text: str | None, most_nested: int) -> Received:
    """Raises ProtocolError."""
    if text is None:
        raise _bad("Messages are text, not binary")
    try:
        value = parse_json(text, most_nested)
        if not isinstance(value, dict):
            raise _bad("A message is a JSON object")
        return _message(cast("dict[str, object]", value))
    except InvalidInputError as error:
        raise _bad(error.message) from None


def _message(message: dict[str, object]) -> Received:
    payload = message.get("payload")
    match message.get("type"):
        case "connection_init":
            return Init(_object(payload))
        case "ping":
            return Ping(_object(payload) if payload is not None else None)
        case "pong":
            _object(payload)
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), request_of(payload))
        case "complete":
            return Complete(_id(message))
        case _:
            raise _bad("There is no message of this type")


def _object(payload: object) -> dict[str, Any]:
    if payload is not None and not isinstance(payload, dict):
        raise _bad("The payload must be an object")
    return cast("dict[str, Any]", payload or {})


def _id(message: dict[str, object]) -> str:
    identifier = message.get("id")
    if not isinstance(identifier, str) or not 1 <= len(identifier) <= MOST_ID:
        raise _bad(f"The id must be a string of 1 to {MOST_ID} characters")
    return identifier


def _bad(reason: str) -> ProtocolError:
    return ProtocolError(CloseCode.BAD_MESSAGE, reason)


ACK = b'{"type":"connection_ack"}'


def pong(payload: object) -> bytes:
    return orjson.dumps({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})


def next_head(identifier: str) -> bytes:
    """What stands before the response in a `next` message; `NEXT_TAIL` stands after it."""
    return b'{"id":%b,"type":"next","payload":' % orjson.dumps(identifier)


NEXT_TAIL = b"}"


def error(identifier: str, errors: list[Formatted]) -> bytes:
    return orjson.dumps({"id": identifier, "type": "error", "payload": errors})


def complete(identifier: str) -> bytes:
    return orjson.dumps({"id": identifier, "type": "complete"})
