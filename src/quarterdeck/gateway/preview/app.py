"""The gateway's other face: requests to a preview's origin, let in and passed on, or told why not."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck.application.background import end
from quarterdeck.application.ports.tunnels import ByteStream
from quarterdeck.application.previews import Previews
from quarterdeck.config import Settings
from quarterdeck.domain.errors import LimitExceededError, QuarterdeckError
from quarterdeck.domain.preview import VISIT_LIFETIME, refused
from quarterdeck.gateway.preview import cookies
from quarterdeck.gateway.preview.addresses import TOKEN, PreviewAddress, PreviewAddresses
from quarterdeck.gateway.preview.http import HttpVisit, visit
from quarterdeck.gateway.preview.pages import HTML, NOTHING, is_followed_from_elsewhere, onward, pass_on
from quarterdeck.gateway.preview.websocket import Broken, WebSocketVisit

logger = structlog.get_logger(__name__)

Work = Callable[[ByteStream], Coroutine[object, object, None]]

AT_ONCE = 64
"""Requests and sockets of one preview."""
CHECK_SECONDS = 5.0
"""How often it is asked whether an open one may go on."""
REFUSED = 1008


class PreviewHosts:
    """Takes what is for a preview's host; the rest goes on to the API."""

    def __init__(self, app: ASGIApp, previews: Previews, addresses: PreviewAddresses, settings: Settings) -> None:
        self._app, self._previews, self._addresses = app, previews, addresses
        self._seconds, self._frame_bytes = settings.limit_send_seconds, settings.limit_frame_bytes
        self._open: Counter[PreviewAddress] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = None if scope["type"] == "lifespan" else self._addresses.of_host(_header(scope, b"host"))
        if address is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(address, scope, receive, send)
        else:
            await self._websocket(address, scope, receive, send)

    async def _http(self, address: PreviewAddress, scope: Scope, receive: Receive, send: Send) -> None:
        visiting = HttpVisit(address, scope, receive, send, self._seconds)
        try:
            pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            if secret := dict(pairs).get(TOKEN):
                await self._enter(address, secret, scope, [pair for pair in pairs if pair[0] != TOKEN], send)
                return
            await self._pass(address, scope, lambda jail: visit(visiting, address, jail))
        except QuarterdeckError as error:
            with suppress(TimeoutError):
                await visiting.fail(error)

    async def _enter(
        self, address: PreviewAddress, secret: str, scope: Scope, rest: list[tuple[str, str]], send: Send
    ) -> None:
        """Trades the link's secret for a cookie, and takes it out of the address."""
        made = await self._previews.enter(secret, address.session_id, address.port)
        cookie = cookies.given(str(made), int(VISIT_LIFETIME.total_seconds()), secure=self._addresses.secure)
        path = "/" + scope["raw_path"].decode("latin-1").lstrip("/")
        target = path + (f"?{urlencode(rest)}" if rest else "")
        if is_followed_from_elsewhere(_header(scope, b"sec-fetch-site"), _header(scope, b"accept")):
            status, more, body = 200, [(b"content-type", HTML)], onward(target)
        else:
            status, more, body = 303, [(b"location", target.encode("latin-1"))], b""
        headers = [
            *more,
            (b"set-cookie", cookie.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"content-security-policy", NOTHING),
            (b"content-length", str(len(body)).encode()),
        ]
        await pass_on(send, {"type": "http.response.start", "status": status, "headers": headers}, self._seconds)
        await pass_on(send, {"type": "http.response.body", "body": body}, self._seconds)

    async def _websocket(self, address: PreviewAddress, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            if _header(scope, b"origin").lower() not in {"", address.origin}:
                raise refused()
            visiting = WebSocketVisit(
                address, scope, receive, send, seconds=self._seconds, frame_bytes=self._frame_bytes
            )
            await self._pass(address, scope, visiting.run)
        except (QuarterdeckError, *Broken) as error:
            logger.debug("a preview's socket ended", error=str(error))
            with suppress(Exception):
                await pass_on(send, {"type": "websocket.close", "code": REFUSED}, self._seconds)

    async def _pass(self, address: PreviewAddress, scope: Scope, work: Work) -> None:
        """Lets a request through that has our cookie, for as long as it may be."""
        secret = cookies.ours(_header(scope, b"cookie"))
        if secret is None:
            raise refused()
        door = await self._previews.door(secret, address.session_id, address.port)
        if self._open[address] >= AT_ONCE:
            raise LimitExceededError(f"This preview has {AT_ONCE} requests open.", "Close some of its pages.")
        self._open[address] += 1
        try:
            async with self._previews.tunnels.dial(door.worker_id, door.session_id, door.port) as jail:
                await self._while_allowed(address, secret, work(jail))
        finally:
            self._open[address] -= 1
            self._open += Counter()

    async def _while_allowed(self, address: PreviewAddress, secret: str, work: Coroutine[object, object, None]) -> None:
        working = asyncio.create_task(work)
        watching = asyncio.create_task(self._watch(address, secret))
        try:
            done, _ = await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end([working, watching])

    async def _watch(self, address: PreviewAddress, secret: str) -> None:
        """Raises when it may not go on: the token was revoked, the session has ended."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._previews.door(secret, address.session_id, address.port)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
