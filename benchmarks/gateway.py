"""The gateway: requests, a long history, and live output to one and to ten subscribers."""

import asyncio
import base64
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx2
import orjson
import uvloop

from benchmarks.gateway_house import SYSTEM, Serving, command, process, serving
from benchmarks.gateway_peers import COMMAND
from benchmarks.raw_client import RawSocket, post, requests_per_second
from benchmarks.row import Row
from quarterdeck.adapters.system import SystemIds
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.command import CommandLost

SMALL = "{ viewer { name } }"
PAGE = """query($id: ID!) { session(id: $id) { events { edges { cursor node { id position topic schemaVersion streamId
    version recordedAt actorKind actorId correlationId payload digest } } pageInfo { hasNextPage endCursor } } } }"""
OUTPUT = """subscription($id: ID!) { commandOutput(commandId: $id) { __typename
    ... on OutputChunk { kind offset timeUs data } ... on CaughtUp { offset } } }"""
PEER_OUTPUT = "subscription { commandOutput { __typename kind offset timeUs data } }"
SECONDS = 3.0
EVENTS = 60_000
SUBSCRIBERS = 10
IN_FLIGHT = 2 * 1024 * 1024
"""Of what was published and has not come yet: a fast reader never falls behind."""
MB = 1_000_000


async def run() -> list[Row]:
    return await asyncio.to_thread(_run)


def _run() -> list[Row]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_rows())


async def _rows() -> list[Row]:
    async with serving() as house:
        async with process(["-m", "benchmarks.gateway_peers"], {"QD_NATS_URL": house.nats_url}) as (peer, _):
            rows = [await _requests(house, peer), await _ten(house, peer)]
        rows += [await _history(house)]
        rows += await _latency(house)
        rows += [await _throughput(house), await _stalled(house)]
    return rows


async def _requests(house: Serving, peer: str) -> Row:
    async def rate(host: str, path: str) -> float:
        request = post(host, path, house.token, {"query": SMALL})
        return await requests_per_second(host, request, connections=16, seconds=SECONDS)

    ours, bare = await _in_turn(lambda: rate(house.host, "/graphql"), lambda: rate(peer, "/bare"))
    return _ratio("small query over HTTP", ours, "requests/s", "bare Starlette JSON end-point", bare, 0.2)


async def _in_turn(
    one: Callable[[], Awaitable[float]], two: Callable[[], Awaitable[float]], rounds: int = 3
) -> tuple[float, float]:
    """Medians, taken in turn, so that a change of the machine's speed meets both."""
    pairs = [(await one(), await two()) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _ratio(name: str, value: float, unit: str, peer: str, peer_value: float, least: float) -> Row:
    return Row(
        name=name,
        value=value,
        unit=unit,
        peer=peer,
        peer_value=peer_value,
        limit=f">= {least} x peer",
        met=value >= least * peer_value,
    )


async def _ten(house: Serving, peer: str) -> Row:
    """Each frame a message of its own: kinds alternate, so that nothing grows together."""
    _, made = await command(house)

    async def rate(host: str, query: str, target: UUID) -> float:
        sockets = [await RawSocket.connect(host, house.token) for _ in range(SUBSCRIBERS)]
        for socket in sockets:
            await socket.subscribe(query, {"id": made} if host == house.host else {})
        started = time.perf_counter()
        before = sum(socket.messages for socket in sockets)
        await _flood(house, target, sockets, frame_bytes=512, per_message=20, seconds=SECONDS)
        rate = (sum(socket.messages for socket in sockets) - before) / (time.perf_counter() - started)
        for socket in sockets:
            socket.transport.abort()
        return rate

    ours, default = await _in_turn(
        lambda: rate(house.host, OUTPUT, _uuid(made)), lambda: rate(peer, PEER_OUTPUT, COMMAND), rounds=1
    )
    return _ratio("messages to ten subscribers", ours, "messages/s", "strawberry's default", default, 5)


_offsets: dict[UUID, int] = {}


def _frames(target: UUID, size: int, count: int, *, alternate: bool) -> bytes:
    """The next frames of a command's output."""
    encoded: list[bytes] = []
    for number in range(count):
        kind = FrameKind.ERROR if alternate and number % 2 else FrameKind.OUTPUT
        offset = _offsets.get(target, 0)
        encoded.append(encode(Frame(kind, offset, time.perf_counter_ns() // 1000, b"x" * size)))
        _offsets[target] = offset + size
    return b"".join(encoded)


async def _flood(
    house: Serving, target: UUID, sockets: list[RawSocket], *, frame_bytes: int, per_message: int, seconds: float
) -> None:
    """Publishes as fast as the slowest subscriber reads, and waits until all has come."""
    published, expected = 0, [socket.messages for socket in sockets]
    until = time.perf_counter() + seconds
    most = max(1, IN_FLIGHT // (frame_bytes * per_message * 4)) * per_message
    while time.perf_counter() < until:
        await house.live.publish(target, _frames(target, frame_bytes, per_message, alternate=True))
        published += per_message
        while min(s.messages - e for s, e in zip(sockets, expected, strict=True)) < published - most:  # noqa: ASYNC110 - counts, not an event
            await asyncio.sleep(0)
    async with asyncio.timeout(30):
        while min(s.messages - e for s, e in zip(sockets, expected, strict=True)) < published:  # noqa: ASYNC110 - counts, not an event
            await asyncio.sleep(0.001)


async def _history(house: Serving) -> Row:
    session, _ = await command(house)
    context = Context(actor=SYSTEM, correlation_id=SystemIds().new(), session_id=_uuid(session))
    for _ in range(EVENTS // 1000):
        lost = tuple(CommandLost(reason="the worker that had this command is gone") for _ in range(1000))
        write = StreamWrite(stream_id=SystemIds().new(), expected_version=0, events=lost)
        await house.log.append([write], context)
    request = {"query": PAGE, "variables": {"id": session}}
    headers = {"Authorization": f"Bearer {house.token}"}
    times: list[float] = []
    async with httpx2.AsyncClient(base_url=f"http://{house.host}", headers=headers, trust_env=False) as http:
        await _shown(http, request)
        before = house.memory()
        for _ in range(50):
            started = time.perf_counter()
            answer = await http.post("/graphql", json=request)
            times.append(time.perf_counter() - started)
            if len(answer.json()["data"]["session"]["events"]["edges"]) != 100:
                raise RuntimeError(answer.text)
    grown = (house.memory() - before) / MB
    first = statistics.median(times) * 1000
    name = f"first page of a session with {EVENTS:,} events (memory of the gateway grew by {grown:.1f} MB in 50)"
    return Row(name=name, value=first, unit="ms", limit="<= 50 ms", met=first <= 50)


async def _shown(http: httpx2.AsyncClient, request: object) -> None:
    """Waits until the read model has the session."""
    async with asyncio.timeout(60):
        while (await http.post("/graphql", json=request)).json()["data"]["session"] is None:  # noqa: ASYNC110 - counts, not an event
            await asyncio.sleep(0.1)


async def _latency(house: Serving) -> list[Row]:
    """A line every 10 ms, to a subscriber of the gateway and to one of NATS, each told by the time in the line."""
    _, made = await command(house)
    target, through, direct = _uuid(made), list[float](), list[float]()
    socket = await RawSocket.connect(house.host, house.token)
    await socket.subscribe(OUTPUT, {"id": made})

    def came(message: bytes) -> None:
        now = time.perf_counter_ns()
        data = base64.b64decode(orjson.loads(message)["payload"]["data"]["commandOutput"]["data"])
        through.append((now - int(data)) / 1e6)

    async def watch() -> None:
        async with house.live.subscribe(target) as arriving:
            listening.set()
            async for encoded in arriving:
                direct.append((time.perf_counter_ns() - int(encoded[21:])) / 1e6)

    listening = asyncio.Event()
    watching = asyncio.create_task(watch())
    await listening.wait()
    socket.on_message = came
    gc.disable()
    for _ in range(400):
        line = b"%020d" % time.perf_counter_ns()
        offset = _offsets.get(target, 0)
        _offsets[target] = offset + len(line)
        await house.live.publish(target, encode(Frame(FrameKind.OUTPUT, offset, 0, line)))
        await asyncio.sleep(0.01)
    gc.enable()
    watching.cancel()
    socket.transport.abort()
    p50, p99 = statistics.median(through), sorted(through)[int(len(through) * 0.99)]
    share, hop = p50 - statistics.median(direct), await _hop()
    return [
        Row(name="line from NATS to WebSocket client, p50", value=p50, unit="ms"),
        Row(name="line from NATS to WebSocket client, p99", value=p99, unit="ms"),
        Row(
            name="of it, the gateway's share, p50",
            value=share,
            unit="ms",
            peer="an echo through one idle process",
            peer_value=hop,
            limit="<= 0.2 ms",
            met=share <= 0.2,
        ),
    ]


async def _hop() -> float:
    """What it costs here, in ms, to wake another process and be woken by it: a byte every 10 ms."""
    async with process(["-m", "benchmarks.echo"], {}) as (host, _):
        name, port = host.split(":")
        reader, writer = await asyncio.open_connection(name, int(port))
        times: list[float] = []
        for _ in range(200):
            started = time.perf_counter()
            writer.write(b"x")
            await reader.read(1)
            times.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.01)
        writer.close()
    return statistics.median(times)


async def _throughput(house: Serving) -> Row:
    """64 KiB frames, one subscriber, against a subscriber of NATS itself."""

    async def ours() -> float:
        _, made = await command(house)
        target = _uuid(made)
        socket = await RawSocket.connect(house.host, house.token)
        await socket.subscribe(OUTPUT, {"id": made})
        rate = await _pump(house, target, lambda: socket.bytes * 3 // 4)
        socket.transport.abort()
        return rate

    async def direct() -> float:
        target, seen = SystemIds().new(), [0]
        listening = asyncio.Event()

        async def watch() -> None:
            async with house.live.subscribe(target) as arriving:
                listening.set()
                async for encoded in arriving:
                    seen[0] += len(encoded)

        watching = asyncio.create_task(watch())
        await listening.wait()
        rate = await _pump(house, target, lambda: seen[0])
        watching.cancel()
        return rate

    through, bare = await _in_turn(ours, direct)
    return Row(
        name="NATS to WebSocket client, 64 KiB frames",
        value=through / MB,
        unit="MB/s",
        peer="subscriber of NATS",
        peer_value=bare / MB,
    )


async def _pump(house: Serving, target: UUID, seen: Callable[[], int]) -> float:
    """Bytes per second that come, with so many in flight that nobody falls behind."""
    size, sent, first = 64 * 1024, 0, seen()
    started = time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        await house.live.publish(target, _frames(target, size, 1, alternate=False))
        sent += size
        while sent - (seen() - first) > IN_FLIGHT:  # noqa: ASYNC110 - counts, not an event
            await asyncio.sleep(0)
    return (seen() - first) / (time.perf_counter() - started)


async def _stalled(house: Serving) -> Row:
    """One subscriber reads nothing while 200 MB are printed."""
    _, made = await command(house)
    target = _uuid(made)
    reader = await RawSocket.connect(house.host, house.token)
    await reader.subscribe(OUTPUT, {"id": made})
    await _pump(house, target, lambda: reader.bytes * 3 // 4)
    before = house.memory()
    stalled = await RawSocket.connect(house.host, house.token)
    await stalled.subscribe(OUTPUT, {"id": made})
    stalled.transport.pause_reading()
    await _pump(house, target, lambda: reader.bytes * 3 // 4)
    grown = (house.memory() - before) / MB
    for socket in (reader, stalled):
        socket.transport.abort()
    return Row(name="a stalled subscriber", value=grown, unit="MB", limit="<= 10 MB", met=grown <= 10)


def _uuid(global_id: str) -> UUID:
    return UUID(base64.b64decode(global_id).decode().partition(":")[2])
