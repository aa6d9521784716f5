"""Downloads: with the caller's own token, as they come, as long as the caller may have them."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Generic, Protocol, TypeVar
from urllib.parse import quote
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from quarterdeck.application.background import end
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.errors import LimitExceededError, QuarterdeckError, UnauthenticatedError
from quarterdeck.gateway.faults import masked
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.refusals import refusal
from quarterdeck.gateway.stalls import ABORT
from quarterdeck_schema.requires import check_scope

logger = structlog.get_logger(__name__)

AT_ONCE = 4
"""Downloads of one token and kind."""
CHECK_SECONDS = 3.0
"""How often it is asked whether one may go on."""
MOST_NAME = 150
"""Characters of a file's name, its end."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9 ._+@,()=-]")


class Content(Protocol):
    def chunks(self) -> AsyncGenerator[bytes]: ...


ContentT = TypeVar("ContentT", bound=Content)
AskedT = TypeVar("AskedT")


class Downloads(ABC, Generic[AskedT, ContentT]):
    """An ASGI application. What one kind of them is, its subclasses say."""

    scope: str
    """That a token needs."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._open: Counter[UUID] = Counter()

    @abstractmethod
    def asked(self, request: Request) -> AskedT:
        """What is asked for; raises a QuarterdeckError where that is nothing there can be."""

    @abstractmethod
    def content(self, caller: Caller, asked: AskedT) -> AbstractAsyncContextManager[ContentT]:
        """What is sent; raises where the caller may not have it."""

    @abstractmethod
    async def check(self, caller: Caller, asked: AskedT) -> None:
        """Raises where the caller may not have it (any more)."""

    @abstractmethod
    def headers(self, content: ContentT) -> Sequence[tuple[bytes, bytes]]: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        sending = _Sending(send)
        try:
            await self._answer(request, sending)
        except QuarterdeckError as error:
            if sending.begun:
                logger.warning("a download broke off", path=scope["path"], error=error.message)
                _abort(scope)
                return
            await refusal(error)(scope, receive, send)
        except Exception as bug:  # noqa: BLE001 - whatever it is, the client is told no more than its trace id
            told = masked(bug, self.gateway.ids.new())
            if sending.begun:
                _abort(scope)
                return
            await JSONResponse({"errors": [told]}, 500)(scope, receive, send)

    async def _answer(self, request: Request, sending: "_Sending") -> None:
        if request.method != "GET":
            await JSONResponse({"errors": [{"message": "Downloads are asked for by GET."}]}, 405, {"allow": "GET"})(
                request.scope, request.receive, sending.send
            )
            return
        caller = await self._caller(request)
        self.gateway.rates.take(caller.token_id)
        asked = self.asked(request)
        if self._open[caller.token_id] >= AT_ONCE:
            raise LimitExceededError(f"This token has {AT_ONCE} downloads open.", "Wait for the end of one.")
        self._open[caller.token_id] += 1
        try:
            async with self.content(caller, asked) as content:
                await self._carry(request, asked, content, sending)
        finally:
            self._open[caller.token_id] -= 1
            self._open += Counter()

    async def _caller(self, request: Request) -> Caller:
        token = self.gateway.credentials.of_download(request.headers)
        if token is None:
            raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")
        caller = await self.gateway.authenticator.caller(token, self.gateway.ids.new())
        check_scope(self.gateway.context(caller, caller.correlation_id), self.scope)
        return caller

    async def _carry(self, request: Request, asked: AskedT, content: ContentT, sending: "_Sending") -> None:
        """Until all is out, the client has gone, or may not have it any more."""
        tasks = [
            asyncio.create_task(_gone(request)),
            asyncio.create_task(self._watch(request, asked)),
            asyncio.create_task(sending.run(content, self.headers(content))),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end(tasks)

    async def _watch(self, request: Request, asked: AskedT) -> None:
        """Raises when it may not go on: the token was revoked, the membership taken away."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.check(await self._caller(request), asked)


class _Sending:
    def __init__(self, send: Send) -> None:
        self.send = send
        self.begun = False

    async def run(self, content: Content, headers: Sequence[tuple[bytes, bytes]]) -> None:
        async with aclosing(content.chunks()) as chunks:
            async for chunk in chunks:
                if not self.begun:
                    self.begun = True
                    await self.send({"type": "http.response.start", "status": 200, "headers": list(headers)})
                await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def attachment(name: str, media: str) -> list[tuple[bytes, bytes]]:
    """Headers of a file of this name, whatever is in it: saved and never shown. As RFC 6266 and RFC 8187 have them."""
    plain = _NOT_IN_NAMES.sub("_", name)[-MOST_NAME:] or "file"
    disposition = f'attachment; filename="{plain}"'
    safe = "".join(each if each.isprintable() else "_" for each in name)[-MOST_NAME:]
    if safe and safe != plain:
        disposition += f"; filename*=UTF-8''{quote(safe, safe='')}"
    return [
        (b"content-type", media.encode()),
        (b"content-disposition", disposition.encode()),
        (b"content-security-policy", b"sandbox"),
    ]


async def _gone(request: Request) -> None:
    """Returns when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _abort(scope: Scope) -> None:
    """The client must not take what it has for all there is."""
    cut = scope.get("state", {}).get(ABORT)
    if cut is None:
        raise RuntimeError("this server cannot break off an answer")
    cut()
