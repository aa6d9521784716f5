"""A GraphQL request as it came: checked for shape before anything looks at what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson

from quarterdeck.domain.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True)
class GraphQLRequest:
    """Either the text of a document or the id of a trusted one."""

    query: str | None
    document_id: str | None = None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


def parse_json(data: bytes | str, most_nested: int) -> object:
    """Raises InvalidInputError."""
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"This is no JSON: {error.msg}.", "Send one JSON object.") from None
    if _may_nest(data, most_nested) and _nesting(value) > most_nested:
        raise InvalidInputError(f"The JSON nests more than {most_nested} levels.", "Send it flatter.")
    return value


def request_of(value: object) -> GraphQLRequest:
    """Raises InvalidInputError where a member has the wrong type."""
    if not isinstance(value, dict):
        raise InvalidInputError("A GraphQL request is a JSON object.", "Send one request at a time.")
    members = cast("dict[str, object]", value)
    query = _member(members, "query", str, "a string")
    extensions: dict[str, object] = _member(members, "extensions", dict, "an object") or {}
    document_id = _member(members, "documentId", str, "a string") or _persisted(extensions)
    if query is None and document_id is None:
        raise InvalidInputError(
            "There is neither `query` nor `documentId` in the request.",
            'POST a JSON object such as {"query": "{ viewer { name } }"}.',
            field="query",
        )
    return GraphQLRequest(
        query=query,
        document_id=document_id,
        variables=_member(members, "variables", dict, "an object"),
        operation_name=_member(members, "operationName", str, "a string"),
    )


def _member(members: Mapping[str, object], name: str, kind: type[Any], called: str) -> Any:
    value = members.get(name)
    if value is not None and not isinstance(value, kind):
        raise InvalidInputError(f"`{name}` must be {called}.", field=name)
    return value


def _persisted(extensions: Mapping[str, object]) -> str | None:
    persisted = extensions.get("persistedQuery")
    if not isinstance(persisted, dict):
        return None
    digest = cast("dict[str, object]", persisted).get("sha256Hash")
    return digest if isinstance(digest, str) else None


def _may_nest(data: bytes | str, most: int) -> bool:
    if isinstance(data, bytes):
        return data.count(b"[") + data.count(b"{") > most
    return data.count("[") + data.count("{") > most


def _nesting(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        here, level = waiting.pop()
        inner: list[object] = []
        if isinstance(here, dict):
            inner = list(cast("dict[str, object]", here).values())
        elif isinstance(here, list):
            inner = cast("list[object]", here)
        else:
            continue
        deepest = max(deepest, level)
        waiting.extend((each, level + 1) for each in inner)
    return deepest
