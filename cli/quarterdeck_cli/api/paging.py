"""Relay connections, page by page."""

from collections.abc import AsyncIterator
from typing import Any, TypeVar

from quarterdeck_cli.api import read
from quarterdeck_cli.client import Client, Json

T = TypeVar("T")
PAGE = 50


async def pages(
    client: Client, document: str, field: str, variables: Json, kind: type[T], *, after: str | None = None
) -> AsyncIterator[T]:
    """The nodes of a root field's connection, as many as the consumer takes."""
    while True:
        data = await client.query(document, {"first": PAGE, **variables, "after": after})
        connection: Any = data[field]
        for edge in connection["edges"]:
            yield read(kind, edge["node"])
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


async def first(items: AsyncIterator[T], limit: int) -> list[T]:
    """At most `limit` of them."""
    taken: list[T] = []
    if limit <= 0:
        return taken
    async for item in items:
        taken.append(item)
        if len(taken) >= limit:
            break
    return taken
