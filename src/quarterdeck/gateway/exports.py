"""Downloads of exported workspaces: with the caller's own token, as they come, and logged with their last byte."""

import asyncio
import re
from collections import Counter
from contextlib import aclosing, suppress
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from quarterdeck.application.background import end
from quarterdeck.application.exports import Download
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.errors import (
    LimitExceededError,
    NotFoundError,
    QuarterdeckError,
    UnauthenticatedError,
)
from quarterdeck.domain.exports import ExportFormat
from quarterdeck.gateway.auth import bearer
from quarterdeck.gateway.faults import failure, masked
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.stalls import ABORT
from quarterdeck_schema.exports.download import DOWNLOADS, MEDIA
from quarterdeck_schema.requires import check_scope

logger = structlog.get_logger(__name__)

ROUTE = DOWNLOADS + "/{session}/{name}"
AT_ONCE = 4
"""Downloads of one token."""
CHECK_SECONDS = 3.0
"""How often it is asked whether one may go on."""
STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "LIMIT_EXCEEDED": 429,
    "UNAVAILABLE": 503,
}
_NAME = re.compile(r"(?P<tree>[0-9a-f]{40})\.(?P<format>tar|patch)")


class Exports:
    """An ASGI application."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._open: Counter[UUID] = Counter()

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
            await _refusal(error)(scope, receive, send)
        except Exception as bug:  # noqa: BLE001 - whatever it is, the client is told no more than its trace id
            told = masked(bug, self._gateway.ids.new())
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
        self._gateway.rates.take(caller.token_id)
        session_id, tree, form = _asked(request)
        if self._open[caller.token_id] >= AT_ONCE:
            raise LimitExceededError(f"This token has {AT_ONCE} downloads open.", "Wait for the end of one.")
        self._open[caller.token_id] += 1
        try:
            exports = self._gateway.services.exports
            async with exports.download(caller, session_id, tree, form) as download:
                await self._carry(request, download, sending)
        finally:
            self._open[caller.token_id] -= 1
            self._open += Counter()

    async def _caller(self, request: Request) -> Caller:
        token = bearer(request.headers.get("authorization"))
        if token is None:
            raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")
        caller = await self._gateway.authenticator.caller(token, self._gateway.ids.new())
        check_scope(self._gateway.context(caller, caller.correlation_id), "session:read")
        return caller

    async def _carry(self, request: Request, download: Download, sending: "_Sending") -> None:
        """Until all is out, the client has gone, or may not have it any more."""
        tasks = [
            asyncio.create_task(_gone(request)),
            asyncio.create_task(self._watch(request, download.source.place.session_id)),
            asyncio.create_task(sending.run(download)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end(tasks)

    async def _watch(self, request: Request, session_id: UUID) -> None:
        """Raises when it may not go on: the token was revoked, the membership taken away."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            caller = await self._caller(request)
            await self._gateway.services.exports.check(caller, session_id)


class _Sending:
    def __init__(self, send: Send) -> None:
        self.send = send
        self.begun = False

    async def run(self, download: Download) -> None:
        async with aclosing(download.chunks()) as chunks:
            async for chunk in chunks:
                if not self.begun:
                    self.begun = True
                    await self.send({"type": "http.response.start", "status": 200, "headers": _headers(download)})
                await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(request: Request) -> None:
    """Returns when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _asked(request: Request) -> tuple[UUID, str, ExportFormat]:
    name = _NAME.fullmatch(request.path_params["name"])
    with suppress(ValueError):
        if name:
            return UUID(request.path_params["session"]), name["tree"], ExportFormat(name["format"])
    raise NotFoundError("There is nothing to download here.", "Ask for an export with `qd workspace export`.")


def _headers(download: Download) -> list[tuple[bytes, bytes]]:
    name = f"{download.source.folder}.{download.format.value}"
    return [
        (b"content-type", MEDIA[download.format].encode()),
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        (b"content-security-policy", b"sandbox"),
    ]


def _refusal(error: QuarterdeckError) -> JSONResponse:
    status = STATUS.get(error.code, 400)
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"errors": [failure(error)]}, status, headers)


def _abort(scope: Scope) -> None:
    """The client must not take what it has for all there is."""
    cut = scope.get("state", {}).get(ABORT)
    if cut is None:
        raise RuntimeError("this server cannot break off an answer")
    cut()
