"""A request of a browser's on its way into a jail, and the answer back, as they come."""

import asyncio
from contextlib import suppress

import h11
from starlette.types import Receive, Scope, Send

from quarterdeck.application.background import end
from quarterdeck.application.ports.tunnels import ByteStream
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError
from quarterdeck.gateway.preview.addresses import PreviewAddress
from quarterdeck.gateway.preview.headers import inward, outward
from quarterdeck.gateway.preview.pages import pass_on, show
from quarterdeck.jail.egress.requests import values

MAX_HEAD = 64 * 1024


class HttpVisit:
    def __init__(self, address: PreviewAddress, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        self._address, self._scope, self._receive, self._send = address, scope, receive, send
        self._seconds = seconds
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._begun = False

    async def run(self, jail: ByteStream) -> None:
        """Until the answer is complete, or the browser has gone."""
        sending = asyncio.create_task(self._upload(jail))
        answering = asyncio.create_task(self._answer(jail))
        try:
            done, _ = await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
            if sending in done and sending.exception() is None:
                # the browser has gone
                return
            await answering
        finally:
            await end([sending, answering])

    async def fail(self, error: QuarterdeckError) -> None:
        """Says what is wrong, unless an answer has begun: then it breaks off."""
        if self._begun:
            raise error
        self._begun = True
        await show(self._send, error, self._seconds)

    async def _upload(self, jail: ByteStream) -> None:
        """Returns when the browser has gone. Raises where the jail takes no more."""
        await self._pass(jail, self._request())
        more = True
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return
            if not more:
                continue
            if body := message.get("body", b""):
                await self._pass(jail, h11.Data(data=body))
            more = message.get("more_body", False)
            if not more:
                await self._pass(jail, h11.EndOfMessage())

    def _request(self) -> h11.Request:
        headers = inward(self._scope["headers"], self._address)
        if values(self._scope["headers"], b"transfer-encoding"):
            headers.append((b"transfer-encoding", b"chunked"))
        query = self._scope["query_string"]
        target = self._scope["raw_path"] + (b"?" + query if query else b"")
        return h11.Request(method=self._scope["method"], target=target, headers=[*headers, (b"connection", b"close")])

    async def _pass(self, jail: ByteStream, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        data = self._http.send(event)
        if data:
            await jail.write(data)

    async def _answer(self, jail: ByteStream) -> None:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await jail.read())
            elif isinstance(event, h11.Response):
                await self._start(event)
            elif isinstance(event, h11.Data):
                await self._body(bytes(event.data), more=True)
            elif isinstance(event, h11.EndOfMessage):
                await self._body(b"", more=False)
                return
            elif not isinstance(event, h11.InformationalResponse):
                raise UnavailableError(
                    f"What listens on port {self._address.port} ended before it had answered.", "Look at its output."
                )

    async def _start(self, response: h11.Response) -> None:
        self._begun = True
        headers = outward(response.headers.raw_items(), self._address)
        await pass_on(
            self._send,
            {"type": "http.response.start", "status": response.status_code, "headers": headers},
            self._seconds,
        )

    async def _body(self, data: bytes, *, more: bool) -> None:
        await pass_on(self._send, {"type": "http.response.body", "body": data, "more_body": more}, self._seconds)


def no_http(address: PreviewAddress, error: h11.ProtocolError) -> UnavailableError:
    return UnavailableError(f"What listens on port {address.port} speaks no HTTP ({error}).", "Is it the right port?")


async def visit(visiting: HttpVisit, address: PreviewAddress, jail: ByteStream) -> None:
    """Raises QuarterdeckError where the jail does not answer as it should."""
    try:
        with suppress(TimeoutError):
            await visiting.run(jail)
    except h11.ProtocolError as error:
        raise no_http(address, error) from error
