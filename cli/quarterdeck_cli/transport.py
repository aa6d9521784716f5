"""gql's transports, as `qd` uses them: typed, with bounded memory and without a proxy to the own machine."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
from gql import GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport
from gql.transport.websockets_protocol import WebsocketsProtocolTransportBase
from graphql import ExecutionResult

from quarterdeck_cli.errors import UsageError

MAX_MESSAGE = 16 * 1024 * 1024
MAX_WAITING = 16
"""Messages held for a consumer that is slower than the server; then the socket is left unread."""
REQUEST_SECONDS = 60
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def _dumps(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise UsageError("An argument holds bytes that are not UTF-8.", "Rename it, or pass it another way.") from error


def http_transport(url: str, token: str | None) -> AIOHTTPTransport:
    """Queries and mutations. Proxy settings of the environment hold for other machines only."""
    return AIOHTTPTransport(
        url=url,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=REQUEST_SECONDS,
        json_serialize=_dumps,
        json_deserialize=orjson.loads,
        client_session_args={"trust_env": not _is_local(url)},
    )


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
                "proxy": None if _is_local(url) else True,
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
    url: str, token: str | None, request: GraphQLRequest
) -> AsyncGenerator[AsyncIterator[ExecutionResult]]:
    """The results of one subscription on a socket of its own. gql's errors come through."""
    transport = _BoundedTransport(url, token)
    try:
        await transport.connect()
        async with aclosing(transport.subscribe(request)) as results:
            yield _counted(results, transport)
    finally:
        await transport.shut()


async def _counted(results: AsyncIterator[Any], transport: _BoundedTransport) -> AsyncIterator[ExecutionResult]:
    async for result in results:
        transport.taken()
        yield result
