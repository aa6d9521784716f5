"""Clients that cost next to nothing, so that what is measured is the server."""

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import Self, cast

import orjson


class HttpLoad(asyncio.Protocol):
    """One connection that sends the same request again whenever it has the answer."""

    def __init__(self, request: bytes, until: float) -> None:
        self._request, self._until = request, until
        self._buffer = b""
        self.answers = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._buffer.decode(errors="replace")))
            self._transport.close()
            return
        self._buffer = body[length:]
        self.answers += 1
        if asyncio.get_running_loop().time() < self._until:
            self._transport.write(self._request)
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()


async def requests_per_second(host: str, request: bytes, *, connections: int, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    name, port = host.split(":")
    until = loop.time() + seconds
    made = [
        (await loop.create_connection(lambda: HttpLoad(request, until), name, int(port)))[1] for _ in range(connections)
    ]
    await asyncio.gather(*(each.done for each in made))
    return sum(each.answers for each in made) / seconds


def post(host: str, path: str, token: str, body: object) -> bytes:
    """Without a token where that is empty."""
    payload = orjson.dumps(body)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{authorization}"
        f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


class RawSocket(asyncio.Protocol):
    """A WebSocket of graphql-transport-ws that counts what comes. `on_message` is given each text."""

    def __init__(self) -> None:
        self.messages = 0
        self.bytes = 0
        self.on_message: Callable[[bytes], None] = lambda _: None
        self._buffer = bytearray()
        self._open = asyncio.get_running_loop().create_future()
        self._moved = asyncio.Event()

    @classmethod
    async def connect(cls, host: str, token: str, path: str = "/graphql") -> Self:
        name, port = host.split(":")
        transport, socket = await asyncio.get_running_loop().create_connection(cls, name, int(port))
        socket.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            (
                f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
            ).encode()
        )
        await socket._open
        socket.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        await socket.received(1)
        return socket

    transport: asyncio.Transport

    def send(self, message: object) -> None:
        payload, mask = orjson.dumps(message), os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        head = bytes([0x81, 0x80 | 126]) + struct.pack("!H", len(payload))
        self.transport.write(head + mask + masked)

    async def subscribe(self, query: str, variables: object) -> None:
        """Returns when the first message has come."""
        self.send({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})
        await self.received(2)

    async def received(self, messages: int) -> None:
        while self.messages < messages:
            self._moved.clear()
            await self._moved.wait()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open.done():
            head, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head:
                raise RuntimeError(head.decode())
            self._buffer = bytearray(rest)
            self._open.set_result(None)
        self._frames()
        self._moved.set()

    def _frames(self) -> None:
        at, size = 0, len(self._buffer)
        while at + 2 <= size:
            length, start = self._buffer[at + 1] & 0x7F, at + 2
            if length == 126:
                start += 2
            elif length == 127:
                start += 8
            if start > size:
                break
            if length >= 126:
                length = int.from_bytes(self._buffer[at + 2 : start], "big")
            if start + length > size:
                break
            if self._buffer[at] & 0x0F == 1:
                self.messages += 1
                self.bytes += length
                self.on_message(bytes(self._buffer[start : start + length]))
            at = start + length
        del self._buffer[:at]
