"""The GraphQL client: documents by name in, plain data out, the server's expected failures as exceptions."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from quarterdeck_cli.errors import ConnectionLostError, ServerFailure
from quarterdeck_cli.failures import UNAUTHENTICATED, failure_of

if TYPE_CHECKING:
    from quarterdeck_cli.transport.http import Http

Json = dict[str, Any]
Renew = Callable[[], Awaitable[str | None]]
ATTEMPTS = 5
FIRST_PAUSE = 0.2


class Client:
    """One server, one token. Use as an async context manager."""

    def __init__(self, url: str, token: str | None, renew: Renew | None = None, *, project: str | None = None) -> None:
        """`renew` is asked once for another token, where the server does not accept this one. `project`: the one that
        is meant where none is named."""
        self.url = url
        self.endpoint = _endpoint(url)
        self.token = token
        self.project = project
        self._renew = renew
        self._http: Http | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def _open(self) -> None:
        from quarterdeck_cli.transport.http import Http

        self._http = Http(self.url, self.endpoint, self.token)
        await self._http.open()

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
            if failure.code != UNAUTHENTICATED or not await self._has_another_token():
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
        return await self._http.execute(name, variables)

    def download(self, path: str) -> AsyncGenerator[bytes]:
        """What the server exports at a path, in parts. It ends only where all of it came."""
        from quarterdeck_cli.transport.download import download

        return download(self.url, self.endpoint, self.token, path)

    def subscribe(self, name: str, variables: Mapping[str, Any]) -> AbstractAsyncContextManager[AsyncIterator[Json]]:
        """The messages of one subscription, from one socket. A cut raises ConnectionLostError; see `resume`."""
        from quarterdeck_cli.transport.websocket import subscription

        return subscription(self.url, _websocket(self.endpoint), self.token, name, variables)


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path if parts.path not in {"", "/"} else "/graphql"))


def _websocket(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))
