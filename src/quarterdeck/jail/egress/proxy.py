"""The proxy: takes what a jail's programs ask for, has the gate decide, and keeps the flows that it allowed."""

import asyncio
from contextlib import suppress

import h11

from quarterdeck.domain.network_access import Verdict
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.jail.egress import requests
from quarterdeck.jail.egress.flow import Flow
from quarterdeck.jail.egress.gate import Gate, RefusedError
from quarterdeck.jail.egress.ledger import Entry, Ledger
from quarterdeck.jail.egress.names import Target
from quarterdeck.jail.egress.peer import Peer
from quarterdeck.jail.egress.requests import Asked, BadRequestError

MOST_CONNECTIONS = 128
BUFFER = 32 * 1024
HEAD_SECONDS = 15.0
LINGER_SECONDS = 2.0
LINGER_BYTES = 256 * 1024
REMOVED = "its rule was removed"
FULL = f"this session has {MOST_CONNECTIONS} connections open"


class Proxy:
    def __init__(self, gate: Gate, ledger: Ledger) -> None:
        self._gate = gate
        self._ledger = ledger
        self._flows: set[Flow] = set()
        self._clients: set[asyncio.Task[None]] = set()

    def change(self, policy: NetworkPolicy) -> None:
        """From now on; connections that it does not allow are cut."""
        self._gate.policy = policy
        for flow in self._flows:
            if refused := self._gate.refusal(flow.target):
                flow.cut(refused.reason if refused.rule else REMOVED)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the jail's."""
        task = asyncio.current_task()
        assert task is not None
        client = Peer(reader, writer, h11.SERVER)
        try:
            if len(self._clients) >= MOST_CONNECTIONS:
                await self._refuse(client, RefusedError(FULL, "Wait until some have ended.", status=503), None)
                return
            self._clients.add(task)
            await self._handle(client)
        except (OSError, TimeoutError, h11.ProtocolError):
            # the client is gone, or speaks no HTTP after all
            pass
        finally:
            self._clients.discard(task)
            writer.close()

    async def close(self, reason: str) -> None:
        """Cuts everything."""
        for flow in self._flows:
            flow.cut(reason)
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _handle(self, client: Peer) -> None:
        wanted: Target | None = None
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                request = await client.receive()
            if isinstance(request, h11.Request):
                wanted_for = requests.asked(request)
                wanted = wanted_for.target
                await self._pass(client, request, wanted_for)
        except BadRequestError as error:
            await self._refuse(client, RefusedError(error.reason, status=error.status), error.target)
        except h11.RemoteProtocolError as error:
            await self._refuse(client, RefusedError("this is no HTTP request", status=error.error_status_hint), wanted)
        except RefusedError as error:
            await self._refuse(client, error, wanted)

    async def _pass(self, client: Peer, request: h11.Request, asked: Asked) -> None:
        way = await self._gate.way_to(asked.target)
        flow = Flow(asked.target, way.rule)
        self._flows.add(flow)
        try:
            reader, writer = await flow.connect(way, BUFFER)
            try:
                if asked.path is None:
                    await flow.tunnel(client, reader, writer)
                else:
                    await self._forward(flow, client, Peer(reader, writer, h11.CLIENT), request, asked.path)
            finally:
                writer.close()
        except RefusedError as error:
            # it was allowed, and there is nobody: the flow's own entry says so
            await self._answer(client, error)
        except (OSError, TimeoutError) as error:
            flow.reason = flow.reason or ("timed out" if isinstance(error, TimeoutError) else "reset")
        except asyncio.CancelledError:
            if not flow.reason:
                raise
        finally:
            self._flows.discard(flow)
            self._ledger.add(flow.entry())

    async def _forward(self, flow: Flow, client: Peer, origin: Peer, request: h11.Request, path: bytes) -> None:
        try:
            await flow.forward(client, origin, request, path)
        except h11.ProtocolError as error:
            flow.reason = flow.reason or "what was sent is no HTTP"
            await self._answer(client, RefusedError(f"{flow.target} gave no proper answer ({error})", status=502))
        else:
            await _linger(client)

    async def _refuse(self, client: Peer, refused: RefusedError, target: Target | None) -> None:
        host, port = (target.host, target.port) if target else ("", 0)
        self._ledger.add(Entry(host=host, port=port, verdict=Verdict.REFUSED, rule=refused.rule, reason=refused.reason))
        await self._answer(client, refused)

    async def _answer(self, client: Peer, refused: RefusedError) -> None:
        """The reason stands in the status line too: of the answer to a CONNECT, most clients show only that."""
        if client.has_begun:
            return
        said = f"Quarterdeck: {refused.reason}. {refused.advice}".strip()
        body = f"{said}\n".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        await client.send(
            h11.Response(status_code=refused.status, reason=_phrase(said), headers=[*headers, ("Connection", "close")])
        )
        await client.send(h11.Data(data=body))
        await client.send(h11.EndOfMessage())
        await _linger(client)


def _phrase(said: str) -> bytes:
    return "".join(character if " " <= character <= "~" else "?" for character in said).encode()


async def _linger(client: Peer) -> None:
    """Takes what is still on its way before it closes: a reset could overtake the answer."""
    client.writer.write_eof()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            left = LINGER_BYTES
            while left > 0 and (data := await client.reader.read(BUFFER)):
                left -= len(data)
