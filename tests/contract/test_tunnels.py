"""Ways into jails, in memory and on NATS."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from quarterdeck.adapters.memory.tunnels import MemoryTunnels
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.tunnels import NatsTunnels, NatsTunnelServer
from quarterdeck.application.ports.tunnels import ByteStream, Tunnels, TunnelServer
from quarterdeck.domain.errors import ConflictError, UnavailableError

PART = 64 * 1024


class Worker:
    """Its sessions echo on port 7, and have nothing else."""

    def __init__(self) -> None:
        self.opened: list[socket.socket] = []

    async def ports(self, session_id: UUID) -> Sequence[int]:
        del session_id
        return [7]

    async def dial(self, session_id: UUID, port: int) -> socket.socket:
        del session_id
        if port != 7:
            raise ConflictError(f"Nothing listens on port {port}.", "Try 7.")
        ours, theirs = socket.socketpair()
        for each in (ours, theirs):
            each.setblocking(False)
        self.opened.append(theirs)
        return ours


@dataclass
class Ends:
    client: Tunnels
    server: TunnelServer


@pytest.fixture(params=["memory", "nats"])
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    if request.param == "memory":
        both = MemoryTunnels()
        yield Ends(both, both)
        return
    prefix = f"t{uuid4().hex}"
    url = request.getfixturevalue("nats_url")
    async with NatsConnection(url) as one, NatsConnection(url) as other:
        await one.wait_up()
        await other.wait_up()
        yield Ends(NatsTunnels(one, prefix), NatsTunnelServer(other, prefix))


async def test_bytes_pass_both_ways_and_ends_are_told(ends: Ends) -> None:
    worker, loop = Worker(), asyncio.get_running_loop()
    async with ends.server.serve("w1", worker), ends.client.dial("w1", uuid4(), 7) as stream:
        peer = worker.opened[0]
        await stream.write(b"ahoy")
        assert await loop.sock_recv(peer, 10) == b"ahoy"
        await stream.end()
        assert await loop.sock_recv(peer, 10) == b""
        await loop.sock_sendall(peer, b"aye")
        assert await stream.read() == b"aye"
        peer.close()
        assert await stream.read() == b""


async def test_much_passes_a_slow_reader_whole(ends: Ends) -> None:
    worker, loop = Worker(), asyncio.get_running_loop()
    data = bytes(range(256)) * 4096 * 8
    async with ends.server.serve("w1", worker), ends.client.dial("w1", uuid4(), 7) as stream:
        sending = asyncio.create_task(_send(worker.opened[0], data))
        got = bytearray()
        while len(got) < len(data):
            got += await stream.read()
        await sending
        assert bytes(got) == data
        writing = asyncio.create_task(_write(stream, data))
        back = bytearray()
        while len(back) < len(data):
            back += await loop.sock_recv(worker.opened[0], PART)
        await writing
        assert bytes(back) == data
        worker.opened[0].close()


async def test_the_jails_side_is_closed_when_the_client_leaves(ends: Ends) -> None:
    worker = Worker()
    async with ends.server.serve("w1", worker):
        async with ends.client.dial("w1", uuid4(), 7):
            pass
        async with asyncio.timeout(10):
            assert await asyncio.get_running_loop().sock_recv(worker.opened[0], 10) == b""
        worker.opened[0].close()


async def test_the_workers_failure_reaches_the_caller_as_it_was(ends: Ends) -> None:
    async with ends.server.serve("w1", Worker()):
        assert list(await ends.client.ports("w1", uuid4())) == [7]
        with pytest.raises(ConflictError, match="Nothing listens on port 8") as told:
            async with ends.client.dial("w1", uuid4(), 8):
                pass
    assert told.value.next_step == "Try 7."


async def test_without_a_worker_nobody_answers(ends: Ends) -> None:
    with pytest.raises(UnavailableError):
        await ends.client.ports("w1", uuid4())


async def _send(peer: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(peer, data)


async def _write(stream: ByteStream, data: bytes) -> None:
    await stream.write(data)
