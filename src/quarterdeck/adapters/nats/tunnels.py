"""Tunnels into jails on core NATS: nothing but NATS has to be reachable between gateways and workers.

A dial is a request; the bytes go over two subjects of its own. NATS may drop messages, and then the tunnel breaks.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import msgspec
import structlog
from nats.aio.msg import Msg

from quarterdeck.adapters.nats.answers import Answers
from quarterdeck.adapters.nats.asking import ask
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.failures import Failure
from quarterdeck.application.background import end
from quarterdeck.application.ports.tunnels import ByteStream, TunnelHandler
from quarterdeck.application.tunnel import CHUNK, TunnelEnd
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError

logger = structlog.get_logger(__name__)

ANSWER_SECONDS = 15.0


class _Asked(msgspec.Struct):
    session_id: UUID
    port: int = 0
    tunnel: str = ""


class _Answer(msgspec.Struct):
    ports: list[int] = []
    failure: Failure | None = None


def _failed(failure: Failure) -> _Answer:
    return _Answer(failure=failure)


class NatsTunnels:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    async def ports(self, worker_id: str, session_id: UUID) -> Sequence[int]:
        return (await self._request(worker_id, "ports", _Asked(session_id))).ports

    @asynccontextmanager
    async def dial(self, worker_id: str, session_id: UUID, port: int) -> AsyncGenerator[ByteStream]:
        name = f"{self._prefix}.tunnel.{uuid4().hex}"
        async with tunnel_end(self._connection, f"{name}.out", f"{name}.in") as tunnel:
            await self._request(worker_id, "dial", _Asked(session_id, port, name))
            yield tunnel

    async def _request(self, worker_id: str, verb: str, asked: _Asked) -> _Answer:
        return await ask(self._connection, f"{self._prefix}.jails", worker_id, verb, asked, _Answer, ANSWER_SECONDS)


class NatsTunnelServer:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    @asynccontextmanager
    async def serve(self, worker_id: str, handler: TunnelHandler) -> AsyncGenerator[None]:
        answers = Answers(self._connection, _failed)

        async def ports(asked: _Asked) -> _Answer:
            return _Answer(ports=list(await handler.ports(asked.session_id)))

        async def dial(asked: _Asked) -> _Answer:
            opened = await handler.dial(asked.session_id, asked.port)
            ready = asyncio.Event()
            answers.keep(self._carry(asked.tunnel, opened, ready))
            await ready.wait()
            return _Answer()

        own = f"{self._prefix}.jails.{worker_id}"
        async with answers:
            await answers.give(f"{own}.ports", _Asked, ports)
            await answers.give(f"{own}.dial", _Asked, dial)
            yield

    async def _carry(self, name: str, opened: socket.socket, ready: asyncio.Event) -> None:
        """Until both sides have ended, or one is gone."""
        with opened:
            try:
                async with tunnel_end(self._connection, f"{name}.in", f"{name}.out") as tunnel:
                    ready.set()
                    await _both(_inward(tunnel, opened), _outward(opened, tunnel))
            except (QuarterdeckError, OSError) as error:
                logger.debug("a tunnel broke", error=str(error))
            finally:
                ready.set()


async def _inward(tunnel: ByteStream, opened: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while data := await tunnel.read():
        await loop.sock_sendall(opened, data)
    opened.shutdown(socket.SHUT_WR)


async def _outward(opened: socket.socket, tunnel: ByteStream) -> None:
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(opened, CHUNK):
        await tunnel.write(data)
    await tunnel.end()


async def _both(*work: Awaitable[None]) -> None:
    """Raises what the first of them raises, and ends the other then."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        await end(tasks)


@asynccontextmanager
async def tunnel_end(connection: NatsConnection, here: str, there: str) -> AsyncGenerator[TunnelEnd]:
    """One end, which hears on one subject and speaks on another. The other one is told when this one leaves."""

    async def send(message: bytes) -> None:
        await connection.publish(there, message)

    tunnel = TunnelEnd(send)

    async def take(message: Msg) -> None:
        tunnel.feed(message.data)

    listener = await connection.listen(here, take)
    keeping = asyncio.create_task(_kept(tunnel), name="tunnel")
    try:
        yield tunnel
    finally:
        await end([keeping])
        await listener.close()
        with suppress(UnavailableError):
            await tunnel.close()


async def _kept(tunnel: TunnelEnd) -> None:
    try:
        await tunnel.keep()
    except UnavailableError:
        tunnel.break_off("NATS does not answer")
