"""What every request goes through first: Host and Origin, and a bound on how long an answer may take to be taken."""

from collections.abc import Iterable, Iterator
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarterdeck.gateway.origins import Origins
from quarterdeck.gateway.stalls import Stalls

PIECE_BYTES = 64 * 1024
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]


class Guard:
    def __init__(self, app: ASGIApp, origins: Origins, stalls: Stalls) -> None:
        self._app, self._origins, self._stalls = app, origins, stalls
        self._log = structlog.get_logger(__name__).bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif reason := self._refusal(scope):
            self._log.warning("refused", reason=reason, path=scope["path"])
            await _refuse(scope, receive, send, reason)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = {key: value.decode("latin-1") for key, value in scope["headers"] if key in {b"host", b"origin"}}
        host, origin = headers.get(b"host"), headers.get(b"origin")
        if not self._origins.host_allowed(host):
            return "This server does not answer for that host. Set QD_PUBLIC_URL to the address that clients use."
        if not self._origins.origin_allowed(origin, host):
            return "Pages of that origin may not talk to this server. Name it in QD_ALLOWED_ORIGINS."
        return None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = perf_counter(), 0

        async def bounded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_ours(message.get("headers", ()))
            for piece in _pieces(message):
                self._stalls.begin(scope)
                await send(piece)
                self._stalls.end(scope)

        try:
            await self._app(scope, receive, bounded)
        finally:
            self._stalls.end(scope)
            # the path alone: what is in a query may be private
            seconds = round(perf_counter() - started, 6)
            self._log.debug("request", method=scope["method"], path=scope["path"], status=status, seconds=seconds)


def _with_ours(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What an answer says itself, counts: files of the web client may be kept."""
    given = list(headers)
    names = {name for name, _ in given}
    return [*given, *(each for each in HEADERS if each[0] not in names)]


def _pieces(message: Message) -> Iterable[Message]:
    """The server waits before each piece until the one before is nearly taken."""
    body = message.get("body", b"")
    if len(body) <= PIECE_BYTES:
        return (message,)
    return _cut(message, body)


def _cut(message: Message, body: bytes) -> Iterator[Message]:
    for start in range(0, len(body), PIECE_BYTES):
        more = start + PIECE_BYTES < len(body) or message.get("more_body", False)
        yield {**message, "body": body[start : start + PIECE_BYTES], "more_body": more}


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
