"""One WebSocket: the state machine of graphql-transport-ws around the operations that run on it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from quarterdeck.application.background import end
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.errors import ForbiddenError, LimitExceededError, QuarterdeckError, UnauthenticatedError
from quarterdeck.gateway.faults import failure
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.messages import (
    ACK,
    CloseCode,
    Complete,
    Init,
    Ping,
    Pong,
    ProtocolError,
    Received,
    Subscribe,
    error,
    pong,
    received,
)
from quarterdeck.gateway.operation import run_operation
from quarterdeck.gateway.wire import Wire

Admit = Callable[[Caller], bool]


class Socket:
    """`admit` says whether this caller may have one socket more."""

    def __init__(self, gateway: Gateway, scope: Scope, receive: Receive, send: Send, admit: Admit) -> None:
        self._gateway, self._receive, self._admit = gateway, receive, admit
        self._headers = Headers(scope=scope)
        self.wire = Wire(scope, send)
        self.caller: Caller | None = None
        self._token = ""
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until the peer or the gateway ends it."""
        try:
            async with asyncio.timeout(self._gateway.settings.limit_init_seconds) as waiting:
                while (text := await self._next()) is not _GONE:
                    await self._handle(received(text, self._gateway.settings.limit_json_depth))
                    if self.caller is not None:
                        waiting.reschedule(None)
        except TimeoutError:
            await self.end(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")
        except ProtocolError as broken:
            await self.end(broken.code, broken.reason)
        except OSError:
            pass  # the peer is gone
        finally:
            await self._cancel(*self._operations)

    async def check(self) -> None:
        """Ends the socket of a caller whose token is not good any more."""
        try:
            if self.caller is not None:
                await self._gateway.authenticator.caller(self._token, self.caller.correlation_id)
        except UnauthenticatedError:
            await self.end(CloseCode.FORBIDDEN, "The token is not valid any more")
        except QuarterdeckError:
            pass  # the log does not answer: nothing is known against the token

    async def end(self, code: CloseCode, reason: str) -> None:
        with suppress(OSError):
            await self.wire.close(code, reason)

    async def _next(self) -> str | None:
        message = await self._receive()
        return message.get("text") if message["type"] == "websocket.receive" else _GONE

    async def _handle(self, message: Received) -> None:
        match message:
            case Init():
                await self._initialise(message)
            case Ping():
                await self.wire.send(pong(message.payload))
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message)
            case Complete():
                await self._cancel(message.id)

    async def _initialise(self, message: Init) -> None:
        if self._initialised:
            raise ProtocolError(CloseCode.TOO_MANY, "Too many initialisation requests")
        self._initialised = True
        given = message.payload.get("Authorization") or message.payload.get("authorization")
        try:
            init = given if isinstance(given, str) else None
            token = self._gateway.credentials.of_socket(self._headers, init)
            if token is None:
                raise ProtocolError(CloseCode.UNAUTHORIZED, "Unauthorized: connection_init has no token")
            caller = await self._gateway.authenticator.caller(token, self._gateway.ids.new())
        except UnauthenticatedError:
            raise ProtocolError(CloseCode.FORBIDDEN, "Forbidden: the token is not valid") from None
        except ForbiddenError as foreign:
            raise ProtocolError(CloseCode.FORBIDDEN, foreign.message) from None
        except QuarterdeckError as failed:
            raise ProtocolError(CloseCode.INTERNAL, failed.message) from None
        if not self._admit(caller):
            raise ProtocolError(CloseCode.TOO_MANY, "This token has too many sockets open")
        self._token, self.caller = token, caller
        await self.wire.send(ACK)

    async def _subscribe(self, message: Subscribe) -> None:
        if self.caller is None:
            raise ProtocolError(CloseCode.UNAUTHORIZED, "Unauthorized")
        if message.id in self._operations:
            raise ProtocolError(CloseCode.DUPLICATE, f"Subscriber for {message.id} already exists")
        try:
            self._check_room(self.caller)
        except LimitExceededError as full:
            await self.wire.send(error(message.id, [failure(full)]))
            return
        run = run_operation(self._gateway, self.wire, self.caller, message, self._forget)
        self._operations[message.id] = asyncio.create_task(run, name=f"operation {message.id}")

    def _check_room(self, caller: Caller) -> None:
        most = self._gateway.settings.limit_subscriptions_per_socket
        if len(self._operations) >= most:
            raise LimitExceededError(f"{most} operations run on this socket already.", "Open another socket.")
        self._gateway.rates.take(caller.token_id)

    def _forget(self, identifier: str) -> None:
        """Its id may be used again."""
        self._operations.pop(identifier, None)

    async def _cancel(self, *identifiers: str) -> None:
        tasks = [task for each in identifiers if (task := self._operations.pop(each, None)) is not None]
        await end(tasks)


_GONE = "\0gone"
