"""A flow: one allowed connection, from the jail through the proxy to an address, until its end is in the ledger."""

import asyncio
from dataclasses import dataclass, field

import h11

from quarterdeck.domain.network_access import Verdict
from quarterdeck.jail.egress import requests
from quarterdeck.jail.egress.gate import RefusedError, Way
from quarterdeck.jail.egress.ledger import Entry
from quarterdeck.jail.egress.names import Target
from quarterdeck.jail.egress.peer import CHUNK, IDLE_SECONDS, Event, Message, Peer

CONNECT_SECONDS = 10.0


@dataclass(eq=False)
class Flow:
    target: Target
    rule: str
    task: asyncio.Task[None] | None = field(default_factory=asyncio.current_task)
    address: str = ""
    up: int = 0
    down: int = 0
    reason: str = ""
    """Why it was cut, or failed."""

    def cut(self, reason: str) -> None:
        self.reason = self.reason or reason
        if self.task is not None:
            self.task.cancel()

    def entry(self) -> Entry:
        return Entry(
            host=self.target.host,
            port=self.target.port,
            verdict=Verdict.ALLOWED,
            rule=self.rule,
            reason=self.reason,
            address=self.address,
            bytes_up=self.up,
            bytes_down=self.down,
        )

    async def connect(self, way: Way, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first of the addresses that answers. Raises RefusedError where none does."""
        why = ""
        for address in way.addresses:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    opened = await asyncio.open_connection(str(address), self.target.port, limit=limit)
            except (OSError, TimeoutError) as error:
                why = "no answer" if isinstance(error, TimeoutError) else (error.strerror or "failed").lower()
                continue
            self.address = str(address)
            return opened
        self.reason = f"could not connect: {why}"
        raise RefusedError(f"{self.target} cannot be reached ({why})", "See whether it is up.", status=502)

    async def tunnel(self, client: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bytes both ways until both sides have ended, or nothing has moved for long."""
        await client.send(h11.Response(status_code=200, reason=b"Connection established", headers=[]))
        early = client.trailing_data
        self.up += len(early)
        writer.write(early)
        pumps = {
            asyncio.create_task(self._pump_up(client.reader, writer)),
            asyncio.create_task(self._pump_down(reader, client.writer)),
        }
        try:
            await self._watch(pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _watch(self, pumps: set[asyncio.Task[None]]) -> None:
        waiting, moved = pumps, -1
        while waiting:
            done, waiting = await asyncio.wait(waiting, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for pump in done:
                # a connection that was reset ends the other direction too
                pump.result()
            if not done and self.up + self.down == moved:
                self.reason = "nothing moved for ten minutes"
                return
            moved = self.up + self.down

    async def _pump_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            self.up += len(data)
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    async def _pump_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            self.down += len(data)
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    async def forward(self, client: Peer, origin: Peer, request: h11.Request, path: bytes) -> None:
        """One request and its response. The response may begin, and end, before the request has."""
        sending = asyncio.create_task(self._send_on(client, origin, request, path))
        try:
            await self._give_back(client, origin, sending)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self.up, self.down = origin.sent, origin.received

    async def _send_on(self, client: Peer, origin: Peer, request: h11.Request, path: bytes) -> None:
        message: Message | None = requests.sent_on(request, self.target, path)
        while message is not None:
            try:
                await origin.send(message)
            except OSError:
                # it takes no more, and its response says why
                return
            message = None if isinstance(message, h11.EndOfMessage) else _part(await client.receive())

    async def _give_back(self, client: Peer, origin: Peer, sending: asyncio.Task[None]) -> None:
        while True:
            receiving = asyncio.ensure_future(origin.receive())
            if not sending.done():
                await asyncio.wait({receiving, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and sending.exception() is not None and not receiving.done():
                receiving.cancel()
                sending.result()
            event = await receiving
            if isinstance(event, h11.Response):
                await client.send(requests.given_back(event))
            elif isinstance(event, h11.Data):
                await client.send(h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                await client.send(h11.EndOfMessage())
                return
            elif not isinstance(event, h11.InformationalResponse):
                raise h11.RemoteProtocolError("the server ended before its response did")


def _part(event: Event) -> Message | None:
    """Of a request's body: what is sent on. The client's trailers are not."""
    if isinstance(event, h11.Data):
        return h11.Data(data=event.data)
    return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else None
