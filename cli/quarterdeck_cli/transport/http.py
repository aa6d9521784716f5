"""Queries and mutations over HTTP."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import httpx2
import orjson

from quarterdeck_cli.documents import document
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.failures import not_quarterdeck, out_of_order, token_refused
from quarterdeck_cli.transport.connections import connections, failed
from quarterdeck_cli.transport.messages import data_of

REQUEST_SECONDS = 60
PASSING = frozenset({500, 502, 503, 504})
"""Statuses of a server, or a proxy before it, that may answer better a moment later."""
JSON = {"Content-Type": "application/json"}


class Http:
    """Connections to one server with one token, kept between requests."""

    def __init__(self, url: str, endpoint: str, token: str | None) -> None:
        """`url` is what the user calls the server."""
        self._url = url
        self._endpoint = endpoint
        self._connections = connections(endpoint, token, timeout=None)

    async def close(self) -> None:
        await self._connections.aclose()

    async def execute(self, name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data that the document `name` asks for. Whatever fails is a CliError."""
        body = _dumps({"query": document(name), "variables": variables})
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                answer = await self._connections.post(self._endpoint, content=body, headers=JSON)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise failed(self._url, error) from error
        result = _result(answer.content)
        if result is None:
            raise self._refused(answer.status_code)
        return data_of(result.get("data"), result.get("errors"))

    def _refused(self, status: int) -> CliError:
        if status in {401, 403}:
            return token_refused(self._url)
        return (out_of_order if status in PASSING else not_quarterdeck)(self._url, status)


def _result(body: bytes) -> dict[str, Any] | None:
    """None: it is no answer of a GraphQL server."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
        return None
    return cast("dict[str, Any]", answer)


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise UsageError("An argument holds bytes that are not UTF-8.", "Rename it, or pass it another way.") from error
