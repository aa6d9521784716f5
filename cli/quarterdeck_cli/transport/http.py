"""Queries and mutations over HTTP."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError

from quarterdeck_cli import tracing
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.failures import failure_in, not_quarterdeck, out_of_order, token_refused, unreachable
from quarterdeck_cli.transport.messages import data_of, is_local, request

REQUEST_SECONDS = 60
PASSING = frozenset({500, 502, 503, 504})
"""Statuses of a server, or a proxy before it, that may answer better a moment later."""


class Http:
    """Connections to one server with one token, kept between requests."""

    def __init__(self, url: str, endpoint: str, token: str | None) -> None:
        """`url` is what the user calls the server. Proxy settings of the environment hold for other machines only."""
        self._url = url
        self._transport = AIOHTTPTransport(
            url=endpoint,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=REQUEST_SECONDS,
            json_serialize=_dumps,
            json_deserialize=orjson.loads,
            client_session_args={"trust_env": not is_local(endpoint)},
        )

    async def open(self) -> None:
        await self._transport.connect()

    async def close(self) -> None:
        await self._transport.close()

    async def execute(self, name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data that the document `name` asks for. Whatever fails is a CliError."""
        try:
            with tracing.requesting(name, self._url) as headers:
                result = await self._transport.execute(request(name, variables), extra_args={"headers": headers})
        except TransportError as error:
            raise self._explained(error) from error
        return data_of(result)

    def _explained(self, error: TransportError) -> CliError:
        if isinstance(error.__cause__, CliError):
            return error.__cause__
        if isinstance(error, TransportQueryError) and error.errors:
            return failure_in(error.errors)
        status = error.code if isinstance(error, TransportServerError) else None
        if status in {401, 403}:
            return token_refused(self._url)
        if status:
            return (out_of_order if status in PASSING else not_quarterdeck)(self._url, status)
        return unreachable(self._url, error, delivered=not isinstance(error.__cause__, aiohttp.ClientConnectorError))


def _dumps(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise UsageError("An argument holds bytes that are not UTF-8.", "Rename it, or pass it another way.") from error
