"""The sending side of a WebSocket: says since when the peer has taken nothing, and can be cut."""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any

from starlette.types import Scope, Send

from quarterdeck.gateway.messages import CloseCode
from quarterdeck.gateway.stalls import ABORT

SEND_TEXT = "quarterdeck.send_text"
"""In the scope's state: sends a text message from its pieces, as bytes. Our server puts it there."""
MOST_REASON = 120
"""Bytes of a close reason; the frame takes 123."""


class Wire:
    """No queue: whoever sends waits until the peer has room."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        state: dict[str, Any] = scope.get("state", {})
        self._abort: Callable[[], None] | None = state.get(ABORT)
        self._send_text: Callable[[Sequence[bytes]], Awaitable[None]] = state.get(SEND_TEXT, self._send_as_asgi)
        self._waiting = 0
        self._since = 0.0
        self.closed = False

    async def send(self, *pieces: bytes) -> None:
        """One message, given as the pieces of its text in UTF-8."""
        if self.closed:
            return
        if not self._waiting:
            self._since = monotonic()
        self._waiting += 1
        try:
            await self._send_text(pieces)
        finally:
            self._waiting -= 1
            self._since = monotonic()

    async def _send_as_asgi(self, pieces: Sequence[bytes]) -> None:
        await self._send({"type": "websocket.send", "text": b"".join(pieces).decode()})

    async def close(self, code: CloseCode, reason: str) -> None:
        if self.closed:
            return
        self.closed = True
        short = reason.encode()[:MOST_REASON].decode(errors="ignore")
        await self._send({"type": "websocket.close", "code": int(code), "reason": short})

    def stalled(self, seconds: float) -> bool:
        """The peer has taken nothing for so long, with something to take."""
        return self._waiting > 0 and monotonic() - self._since > seconds

    def cut(self) -> None:
        self.closed = True
        if self._abort is not None:
            self._abort()
