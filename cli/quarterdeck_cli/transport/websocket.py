"""Subscriptions over WebSocket, each on a socket of its own."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from gql import GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from gql.transport.websockets_protocol import WebsocketsProtocolTransportBase
from graphql import ExecutionResult
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quarterdeck_cli.errors import CliError
from quarterdeck_cli.failures import broken_off, failure_in, token_refused, unreachable
from quarterdeck_cli.transport.messages import data_of, is_local, request

MAX_MESSAGE = 16 * 1024 * 1024
MAX_WAITING = 16
"""Messages held for a consumer that is slower than the server; then the socket is left unread."""
REFUSALS = frozenset({401, 403, 4401, 4403})
"""HTTP statuses and close codes of a server that does not accept the token."""


class _BoundedTransport(WebsocketsTransport):
    """Reads on only while fewer than MAX_WAITING results wait: gql's own queue has no bound."""

    def __init__(self, url: str, token: str | None) -> None:
        super().__init__(
            url=url,
            init_payload={"Authorization": f"Bearer {token}"} if token else {},
            subprotocols=[WebsocketsProtocolTransportBase.GRAPHQLWS_SUBPROTOCOL],
            close_timeout=1,
            connect_args={
                "max_size": MAX_MESSAGE,
                "compression": None,
                "proxy": None if is_local(url) else True,
            },
        )
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()

    async def _handle_answer(
        self, answer_type: str, answer_id: int | None, execution_result: ExecutionResult | None
    ) -> None:
        await super()._handle_answer(answer_type, answer_id, execution_result)
        if execution_result is not None:
            self._waiting += 1
            if self._waiting >= MAX_WAITING:
                self._room.clear()
        await self._room.wait()

    def taken(self) -> None:
        """The consumer has one result less before it."""
        self._waiting -= 1
        self._room.set()

    async def shut(self) -> None:
        """Takes leave of the server, and closes the socket also where it does not answer or gql has lost interest."""
        self._waiting = -(2**31)
        self._room.set()
        websocket = self.adapter.websocket
        try:
            await self.close()
        finally:
            if websocket is not None:
                websocket.transport.abort()
                await websocket.wait_closed()


@asynccontextmanager
async def subscription(
    url: str, socket_url: str, token: str | None, name: str, variables: Mapping[str, Any]
) -> AsyncGenerator[AsyncIterator[Any]]:
    """The messages of the subscription document `name`: its one field's values. Whatever fails is a CliError.

    `url` is what the user calls the server.
    """
    try:
        async with _results(socket_url, token, request(name, variables)) as results:
            yield results
    except (TransportError, TimeoutError) as error:
        raise _explained(url, error) from error


@asynccontextmanager
async def _results(url: str, token: str | None, request: GraphQLRequest) -> AsyncGenerator[AsyncIterator[Any]]:
    transport = _BoundedTransport(url, token)
    try:
        await transport.connect()
        async with aclosing(transport.subscribe(request)) as results:
            yield _values(results, transport)
    finally:
        await transport.shut()


async def _values(results: AsyncIterator[Any], transport: _BoundedTransport) -> AsyncIterator[Any]:
    async for result in results:
        transport.taken()
        yield next(iter(data_of(result).values()))


def _explained(url: str, error: TransportError | TimeoutError) -> CliError:
    if isinstance(error.__cause__, CliError):
        return error.__cause__
    if isinstance(error, TransportQueryError) and error.errors:
        return failure_in(error.errors)
    if _refusal(error.__cause__) in REFUSALS:
        return token_refused(url)
    if isinstance(error.__cause__, ConnectionClosed):
        return broken_off(url)
    return unreachable(url, error, delivered=True)


def _refusal(cause: BaseException | None) -> int | None:
    """The HTTP status or close code with which the server ended the connection."""
    if isinstance(cause, ConnectionClosed) and cause.rcvd:
        return cause.rcvd.code
    if isinstance(cause, InvalidStatus):
        return cause.response.status_code
    return None
