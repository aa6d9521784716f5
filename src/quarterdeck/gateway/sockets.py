"""All open WebSockets: how many each token has, and the watch that ends those that stall or whose token is gone."""

import asyncio
from collections import Counter
from contextlib import suppress
from uuid import UUID

from starlette.types import Receive, Scope, Send

from quarterdeck.application.ports.callers import Caller
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.messages import PROTOCOL, CloseCode
from quarterdeck.gateway.metrics import CUT_OFF, SOCKETS
from quarterdeck.gateway.socket import Socket

WATCH_SECONDS = 1.0
CHECKS_EVERY = 3
"""Rounds of the watch between two checks of all tokens."""
CLOSE_SECONDS = 2.0


class Sockets:
    """The WebSocket end-point."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._open: dict[Socket, asyncio.Task[None] | None] = {}
        self._by_token: Counter[UUID] = Counter()
        self._revoked = asyncio.Event()
        gateway.authenticator.on_change(self._revoked.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send(
                {
                    "type": "websocket.close",
                    "code": int(CloseCode.NOT_ACCEPTABLE),
                    "reason": "Subprotocol not acceptable",
                }
            )
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        socket = Socket(self._gateway, scope, receive, send, self._admit)
        self._open[socket] = asyncio.current_task()
        with SOCKETS.track_inprogress():
            try:
                await socket.run()
            finally:
                del self._open[socket]
                if socket.caller is not None:
                    self._by_token[socket.caller.token_id] -= 1

    def _admit(self, caller: Caller) -> bool:
        if self._by_token[caller.token_id] >= self._gateway.settings.limit_sockets_per_token:
            return False
        self._by_token[caller.token_id] += 1
        return True

    async def watch(self) -> None:
        """Until cancelled."""
        rounds = 0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._revoked.wait()
            rounds += 1
            self._cut_stalled()
            if self._revoked.is_set() or rounds % CHECKS_EVERY == 0:
                self._revoked.clear()
                await self._check_tokens()

    def _cut_stalled(self) -> None:
        for socket in list(self._open):
            if socket.wire.stalled(self._gateway.settings.limit_send_seconds):
                CUT_OFF.labels("stalled").inc()
                self._cut(socket)

    async def _check_tokens(self) -> None:
        """The sockets of a token share its fate: one of them is checked, the others only where that one is ended."""
        by_token: dict[UUID, list[Socket]] = {}
        for socket in self._open:
            if socket.caller is not None:
                by_token.setdefault(socket.caller.token_id, []).append(socket)
        await asyncio.gather(*(self._check_all(sockets) for sockets in by_token.values()))
        self._by_token = +self._by_token

    async def _check_all(self, sockets: list[Socket]) -> None:
        await self._check(sockets[0])
        if sockets[0].wire.closed:
            await asyncio.gather(*(self._check(socket) for socket in sockets[1:]))

    async def _check(self, socket: Socket) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await socket.check()
        except TimeoutError:
            # it takes nothing, not even the reason why it is ended
            if socket.wire.closed:
                self._cut(socket)
        if socket.wire.closed:
            CUT_OFF.labels("token").inc()

    def _cut(self, socket: Socket) -> None:
        socket.wire.cut()
        task = self._open.get(socket)
        if task is not None:
            task.cancel()
