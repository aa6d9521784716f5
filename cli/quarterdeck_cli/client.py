"""The GraphQL client: documents by name in, plain data out, the server's expected failures as exceptions."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from quarterdeck_cli.errors import ConnectionLostError, ServerFailure
from quarterdeck_cli.failures import UNAUTHENTICATED, failure_of

if TYPE_CHECKING:
    from quarterdeck_cli.transport.http import Http

Json = dict[str, Any]
Renew = Callable[[], Awaitable[str | None]]
ATTEMPTS = 5
FEW_ATTEMPTS = 2
"""Where something else knows an answer."""
FIRST_PAUSE = 0.2
GONE_SECONDS = 2.0
"""So long after it did not answer, the server is not waited for where something else knows an answer."""


class Standby(Protocol):
    """What answers while the server does not; see `offline.standby`. Each part raises CliError where it cannot."""

    def keep(self, name: str, variables: Json, data: Json) -> Json:
        """Remembers an answer, and returns it with marks of what waits to be sent."""
        ...

    def answers(self, name: str) -> bool: ...

    def answer(self, name: str, variables: Json, error: ConnectionLostError) -> Json: ...

    def instead(self, name: str, variables: Json) -> Json | None:
        """The answer on what the server cannot know yet."""
        ...

    def takes(self, name: str) -> bool:
        """Whether this mutation may wait."""
        ...

    def must_wait(self, name: str, asked: Json) -> bool:
        """Whether it is on what the server cannot know yet."""
        ...

    def take(self, name: str, asked: Json, key: str, *, attempted: bool) -> Json: ...

    def real(self, name: str) -> str | None:
        """The global id of what has had a name here only."""
        ...

    def number(self, name: str) -> int | None:
        """The number of such a task."""
        ...


class Client:
    """One server, one token. Use as an async context manager."""

    def __init__(
        self,
        url: str,
        token: str | None,
        renew: Renew | None = None,
        standby: Standby | None = None,
        *,
        project: str | None = None,
    ) -> None:
        """`renew` is asked once for another token, where the server does not accept this one. `project`: the one that
        is meant where none is named."""
        self.url = url
        self.endpoint = _endpoint(url)
        self.token = token
        self.standby = standby
        self.project = project
        self._renew = renew
        self._http: Http | None = None
        self._gone: tuple[float, ConnectionLostError] | None = None

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
        wanted = dict(variables or {})
        if self.standby is None:
            return await self.fetch(name, wanted)
        if (known := self.standby.instead(name, wanted)) is not None:
            return known
        has_answer = self.standby.answers(name)
        try:
            data = await self._patiently(name, wanted, few=has_answer)
        except ConnectionLostError as error:
            if not has_answer:
                raise
            return self.standby.answer(name, wanted, error)
        return self.standby.keep(name, wanted, data)

    async def fetch(self, name: str, variables: Json, *, few: bool = False) -> Json:
        """As `query`, of the server alone. `few`: it is not waited for long."""
        return await self._patiently(name, variables, few=few)

    async def mutate(self, name: str, arguments: Mapping[str, Any], *, once: bool = False) -> Json:
        """Runs the mutation document `name` on its one `input` and returns the payload.

        An idempotency key makes repeating it harmless. `once`: for what has no such key at the server; repeated only
        where the request cannot have arrived. Raises ServerFailure for the schema's `Failure`.
        """
        asked, key = {name: value for name, value in arguments.items() if value is not None}, str(uuid4())
        standby = self.standby
        if standby is None:
            return await self.deliver(name, asked, key, once=once)
        if standby.must_wait(name, asked):
            return standby.take(name, asked, key, attempted=False)
        try:
            payload = await self.deliver(name, asked, key, once=once, few=standby.takes(name))
        except ConnectionLostError as error:
            if not standby.takes(name):
                raise
            return standby.take(name, asked, key, attempted=error.delivered)
        return standby.keep(name, asked, payload)

    async def deliver(self, name: str, asked: Json, key: str, *, once: bool = False, few: bool = False) -> Json:
        """As `mutate`, to the server alone, under a key of the caller's."""
        data = await self._patiently(name, {"input": {**asked, "idempotencyKey": key}}, once=once, few=few)
        payload: Json = next(iter(data.values()))
        if payload["__typename"] == "Failure":
            raise failure_of(payload)
        return payload

    async def _patiently(
        self, name: str, variables: Mapping[str, Any], *, once: bool = False, few: bool = False
    ) -> Json:
        pause, delivered = FIRST_PAUSE, False
        if few and self._gone and monotonic() - self._gone[0] < GONE_SECONDS:
            raise ConnectionLostError(self._gone[1].message, self._gone[1].next_step, delivered=False)
        for attempts_left in reversed(range(FEW_ATTEMPTS if few else ATTEMPTS)):
            try:
                data = await self._execute(name, variables)
            except ConnectionLostError as error:
                delivered = error.delivered = error.delivered or delivered
                if attempts_left == 0 or (once and error.delivered):
                    self._gone = monotonic(), error
                    raise
            else:
                self._gone = None
                return data
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt returns or raises")

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
