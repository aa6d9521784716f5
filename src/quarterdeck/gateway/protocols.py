"""uvicorn's protocols, with two more things for the application: to end a connection at once, and to send text that
is bytes already without copying it."""

from asyncio import BaseTransport, Transport
from collections.abc import Sequence
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from quarterdeck.gateway.stalls import ABORT
from quarterdeck.gateway.wire import SEND_TEXT

_TEXT = b"\x81"
"""A whole text message, not compressed (RFC 6455, section 5.2)."""


class HttpProtocol(HttpToolsProtocol):
    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self.app_state = {**self.app_state, ABORT: cast("Transport", transport).abort}
        self._left = 0

    def timeout_keep_alive_handler(self) -> None:
        """An idle connection is closed; one whose last answer is not taken would stay, with the answer in memory."""
        left = self.transport.get_write_buffer_size()
        if left and left == self._left:
            self.transport.abort()
        elif left:
            self._left = left
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state = {
            **self.app_state,
            ABORT: cast("Transport", transport).abort,
            SEND_TEXT: self.send_text,
        }

    async def send_text(self, pieces: Sequence[bytes]) -> None:
        """One text message, in UTF-8. Waits while the peer has no room, as `send` does."""
        await self.writable.wait()
        if self.disconnected or self.close_sent:
            raise ClientDisconnected
        length = sum(map(len, pieces))
        self.transport.writelines((_TEXT + _encoded_length(length), *pieces))


def _encoded_length(length: int) -> bytes:
    if length < 126:
        return length.to_bytes(1, "big")
    if length < 2**16:
        return b"\x7e" + length.to_bytes(2, "big")
    return b"\x7f" + length.to_bytes(8, "big")
