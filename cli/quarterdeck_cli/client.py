"""The GraphQL client: documents by name in, plain data out, the server's expected failures as exceptions."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import aiohttp
from gql import GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError
from graphql import ExecutionResult
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quarterdeck_cli.documents import document
from quarterdeck_cli.errors import CliError, ConnectionLostError, ProtocolError, ServerFailure
from quarterdeck_cli.transport import http_transport, subscription

Json = dict[str, Any]
Renew = Callable[[], Awaitable[str | None]]
ATTEMPTS = 5
FIRST_PAUSE = 0.2
AUTHENTICATION_CLOSE_CODES = frozenset({4401, 4403})
LOGIN_AGAIN = "Log in again with `qd login`."


class Client:
    """One server, one token. Use as an async context manager."""

    def __init__(self, url: str, token: str | None, renew: Renew | None = None) -> None:
        """`renew` is asked once for another token, where the server does not accept this one."""
        self.url = url
        self.endpoint = _endpoint(url)
        self.token = token
        self._renew = renew
        self._http: AIOHTTPTransport | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def _open(self) -> None:
        self._http = http_transport(self.endpoint, self.token)
        await self._http.connect()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def query(self, name: str, variables: Mapping[str, Any] | None = None) -> Json:
        """Runs the document `name`. A query may be repeated, so a connection that breaks is tried again."""
        return await self._patiently(name, variables or {})

    async def mutate(self, name: str, arguments: Mapping[str, Any], *, once: bool = False) -> Json:
        """Runs the mutation document `name` on its one `input` and returns the payload.

        An idempotency key makes repeating it harmless. `once`: for what has no such key at the server; repeated only
        where the request cannot have arrived. Raises ServerFailure for the schema's `Failure`.
        """
        values = {key: value for key, value in arguments.items() if value is not None}
        variables = {"input": {**values, "idempotencyKey": str(uuid4())}}
        data = await self._patiently(name, variables, once=once)
        payload: Json = next(iter(data.values()))
        if payload["__typename"] == "Failure":
            raise failure_of(payload)
        return payload

    async def _patiently(self, name: str, variables: Mapping[str, Any], *, once: bool = False) -> Json:
        pause = FIRST_PAUSE
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._execute(name, variables)
            except ConnectionLostError as error:
                if once and error.delivered:
                    raise
            await asyncio.sleep(pause)
            pause *= 2
        return await self._execute(name, variables)

    async def _execute(self, name: str, variables: Mapping[str, Any]) -> Json:
        try:
            return await self._send(name, variables)
        except ServerFailure as failure:
            if failure.code != "UNAUTHENTICATED" or not await self._has_another_token():
                raise
        return await self._send(name, variables)

    async def _has_another_token(self) -> bool:
        renew, self._renew = self._renew, None
        token = await renew() if renew else None
        if token is None:
            return False
        self.token = token
        if self._http is not None:
            await self._http.close()
        await self._open()
        return True

    async def _send(self, name: str, variables: Mapping[str, Any]) -> Json:
        if self._http is None:
            raise RuntimeError("the client is not open: use it in `async with`")
        try:
            result = await self._http.execute(_request(name, variables))
        except TransportError as error:
            raise self._explained(error) from error
        return _data_of(result)

    def subscribe(self, name: str, variables: Mapping[str, Any]) -> AbstractAsyncContextManager[AsyncIterator[Json]]:
        """The messages of one subscription, from one socket. A cut raises ConnectionLostError; see `resume`."""
        return self._subscribe(name, variables)

    @asynccontextmanager
    async def _subscribe(self, name: str, variables: Mapping[str, Any]) -> AsyncGenerator[AsyncIterator[Json]]:
        try:
            url = _websocket(self.endpoint)
            async with subscription(url, self.token, _request(name, variables)) as results:
                yield _messages(results)
        except (TransportError, TimeoutError) as error:
            raise self._explained(error) from error

    def _explained(self, error: TransportError | TimeoutError) -> CliError:
        if isinstance(error.__cause__, CliError):
            return error.__cause__
        if isinstance(error, TransportQueryError) and error.errors:
            return failure_in(error.errors)
        status = _refusal(error)
        if status in {401, 403} | AUTHENTICATION_CLOSE_CODES:
            return ServerFailure("UNAUTHENTICATED", f"The server at {self.url} does not accept the token.", LOGIN_AGAIN)
        if isinstance(error, TransportServerError) and status and status < 500:
            return ProtocolError(
                f"The server at {self.url} answered {status}.", "Check the address: is it Quarterdeck?"
            )
        return ConnectionLostError(
            f"The server at {self.url} cannot be reached: {_cause(error)}.",
            "Start it with `quarterdeck up`, or name another with `qd login --url URL`.",
            delivered=not isinstance(error.__cause__, aiohttp.ClientConnectorError),
        )


def failure_of(payload: Mapping[str, Any]) -> ServerFailure:
    return ServerFailure(
        payload["code"], payload["message"], payload.get("nextStep") or "", field=payload.get("field") or ""
    )


def failure_in(errors: list[Any]) -> CliError:
    """GraphQL errors: an expected failure carries its `code`; anything else is a defect with a trace id."""
    first = cast("Json", errors[0] if isinstance(errors[0], dict) else {"message": str(errors[0])})
    extensions: Any = first.get("extensions") or {}
    message = str(first.get("message") or "The server gave no reason.")
    code, trace = str(extensions.get("code") or "INTERNAL"), extensions.get("traceId")
    if code != "INTERNAL":
        return ServerFailure(code, message, str(extensions.get("nextStep") or ""))
    return ProtocolError(f"The server could not answer: {message}", f"Its log has more under {trace}." if trace else "")


def _data_of(result: ExecutionResult) -> Json:
    if result.errors:
        raise failure_in(list(result.errors))
    if result.data is None:
        raise ProtocolError("The server's answer holds neither data nor errors.")
    return result.data


async def _messages(results: AsyncIterator[ExecutionResult]) -> AsyncIterator[Json]:
    async for result in results:
        yield next(iter(_data_of(result).values()))


def _request(name: str, variables: Mapping[str, Any]) -> GraphQLRequest:
    return GraphQLRequest(document(name), variable_values=dict(variables))


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path if parts.path not in {"", "/"} else "/graphql"))


def _websocket(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))


def _refusal(error: BaseException) -> int | None:
    """The HTTP status or WebSocket close code behind a transport's error."""
    if isinstance(error, TransportServerError):
        return error.code
    cause = error.__cause__
    if isinstance(cause, ConnectionClosed) and cause.rcvd:
        return cause.rcvd.code
    if isinstance(cause, InvalidStatus):
        return cause.response.status_code
    return None


def _cause(error: BaseException) -> str:
    cause = error.__cause__ or error
    with contextlib.suppress(AttributeError):
        cause = getattr(cause, "os_error", cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause) or type(cause).__name__
