"""A WebSocket from a browser into a jail: the browser's side is the server's, the jail's is the library's sans-I/O."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Receive, Scope, Send
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from quarterdeck.application.background import end
from quarterdeck.application.ports.tunnels import ByteStream
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.gateway.preview.addresses import PreviewAddress
from quarterdeck.gateway.preview.headers import OF_WEBSOCKET, inward, local
from quarterdeck.gateway.preview.pages import pass_on

GOING_AWAY = 1001
INTERNAL = 1011


class WebSocketVisit:
    def __init__(
        self, address: PreviewAddress, scope: Scope, receive: Receive, send: Send, *, seconds: float, frame_bytes: int
    ) -> None:
        self._address, self._scope, self._receive, self._send = address, scope, receive, send
        self._seconds = seconds
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        self._protocol = ClientProtocol(
            parse_uri(f"ws://{local(address)}{path}"),
            subprotocols=[Subprotocol(each) for each in scope["subprotocols"]] or None,
            max_size=frame_bytes,
        )

    async def run(self, jail: ByteStream) -> None:
        """Until one side has closed."""
        events = self._events(jail)
        await self._shake_hands(jail, events)
        inwards = asyncio.create_task(self._inward(jail))
        outwards = asyncio.create_task(self._outward(events))
        try:
            done, _ = await asyncio.wait({inwards, outwards}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end([inwards, outwards])

    async def _shake_hands(self, jail: ByteStream, events: AsyncIterator[Response | Frame]) -> None:
        request = self._protocol.connect()
        for name, value in inward(self._scope["headers"], self._address):
            if name not in OF_WEBSOCKET | {b"host"}:
                request.headers[name.decode("latin-1")] = value.decode("latin-1")
        self._protocol.send_request(request)
        await self._flush(jail)
        answer = await anext(events, None)
        if not isinstance(answer, Response) or self._protocol.state is not State.OPEN:
            raise UnavailableError(
                f"What listens on port {self._address.port} takes no WebSocket here.", "Is it the right path?"
            )
        await pass_on(
            self._send, {"type": "websocket.accept", "subprotocol": self._protocol.subprotocol}, self._seconds
        )

    async def _events(self, jail: ByteStream) -> AsyncIterator[Response | Frame]:
        while True:
            data = await jail.read()
            if data:
                self._protocol.receive_data(data)
            else:
                self._protocol.receive_eof()
            await self._flush(jail)
            for event in self._protocol.events_received():
                if isinstance(event, (Response, Frame)):
                    yield event
            if not data or isinstance(self._protocol.handshake_exc, InvalidHandshake):
                return

    async def _inward(self, jail: ByteStream) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or GOING_AWAY
                self._protocol.send_close(code if code not in {1005, 1006} else GOING_AWAY)
                await self._flush(jail)
                return
            if (text := message.get("text")) is not None:
                self._protocol.send_text(text.encode())
            else:
                self._protocol.send_binary(message["bytes"])
            await self._flush(jail)

    async def _outward(self, events: AsyncIterator[Response | Frame]) -> None:
        parts: list[bytes] = []
        is_text = False
        async for event in events:
            if not isinstance(event, Frame):
                continue
            if event.opcode is Opcode.CLOSE:
                break
            if event.opcode in {Opcode.TEXT, Opcode.BINARY}:
                is_text = event.opcode is Opcode.TEXT
            elif event.opcode is not Opcode.CONT:
                continue
            parts.append(bytes(event.data))
            if event.fin:
                await self._pass(b"".join(parts), is_text=is_text)
                parts.clear()
        code = self._protocol.close_code
        await pass_on(
            self._send,
            {"type": "websocket.close", "code": INTERNAL if code in {None, 1005, 1006} else code},
            self._seconds,
        )

    async def _pass(self, data: bytes, *, is_text: bool) -> None:
        said: dict[str, object] = {"text": data.decode("utf-8", "replace")} if is_text else {"bytes": data}
        await pass_on(self._send, {"type": "websocket.send", **said}, self._seconds)

    async def _flush(self, jail: ByteStream) -> None:
        for data in self._protocol.data_to_send():
            if data:
                await jail.write(data)
            else:
                await jail.end()


Broken = (WebSocketException, TimeoutError)
