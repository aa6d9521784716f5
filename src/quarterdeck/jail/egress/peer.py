"""One side of the proxy that speaks HTTP/1.1, by h11, with bounded buffers and patience."""

import asyncio
from typing import cast

import h11

CHUNK = 64 * 1024
MAX_HEAD = 64 * 1024
IDLE_SECONDS = 600.0

Message = h11.Request | h11.InformationalResponse | h11.Response | h11.Data | h11.EndOfMessage
Event = Message | h11.ConnectionClosed | type[h11.PAUSED]
Role = type[h11.CLIENT] | type[h11.SERVER]


class Peer:
    """Raises h11.RemoteProtocolError for what it must not send, OSError and TimeoutError where it is lost."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, our_role: Role) -> None:
        self.reader = reader
        self.writer = writer
        self.sent = 0
        self.received = 0
        self._http = h11.Connection(our_role, max_incomplete_event_size=MAX_HEAD)

    async def receive(self) -> Event:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return cast("Event", event)
            if self._http.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(IDLE_SECONDS):
                data = await self.reader.read(CHUNK)
            self.received += len(data)
            self._http.receive_data(data)

    async def send(self, message: Message) -> None:
        data = self._http.send(message)
        if data:
            self.writer.write(data)
            self.sent += len(data)
            async with asyncio.timeout(IDLE_SECONDS):
                await self.writer.drain()

    @property
    def has_begun(self) -> bool:
        """Whether a response was sent, or cannot be any more."""
        return self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}

    @property
    def trailing_data(self) -> bytes:
        """What came after the head of a CONNECT."""
        return self._http.trailing_data[0]
