"""The whole chain, as a client sees it: jail, shim, NATS, gateway, WebSocket, with the transcript stored."""

import asyncio
import base64
import json
import os
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvloop
from tests.support.product import Product, product_for

from benchmarks.api import CLOSE, EVENTS, OPEN, OUTPUT, PROJECT, RUN, Api, Json, decoded
from benchmarks.pty_peers import bare_flood, rate, terminado_flood
from benchmarks.raw_client import RawSocket
from benchmarks.row import Row
from quarterdeck.host.accounts import current

FLOOD_BYTES = 120_000_000
ROUNDS = 3
RUNS = 150
OPENINGS = 15
LINES = 300
FILES, FILE_BYTES = 50_000, 20_000


@dataclass
class Bench:
    product: Product
    api: Api

    async def open(self, project_id: str) -> str:
        """A session that is ready."""
        opened = await self.api.do(OPEN, {"projectId": project_id})
        await self._until(opened["session"]["id"], 0, lambda e: e["topic"] == "SessionProvisioned")
        return str(opened["session"]["id"])

    async def close(self, session_id: str) -> None:
        """Waits until it is: what is cleared away is not to be measured with what comes next."""
        await self.api.do(CLOSE, {"sessionId": session_id})
        await self._until(session_id, 0, lambda e: e["topic"] == "SessionClosed")

    async def run(self, session_id: str, text: str, *, terminal: bool = False) -> str:
        given: Json = {"sessionId": session_id, "text": text}
        if terminal:
            given["terminal"] = {"columns": 80, "rows": 24}
        return str((await self.api.do(RUN, given))["command"]["id"])

    async def _until(self, session_id: str, after: int, wanted: Callable[[Json], bool]) -> None:
        async with self.api.socket() as socket:
            async for event in self.api.subscribe(socket, EVENTS, {"id": session_id, "after": after}):
                if wanted(event):
                    return


async def run() -> list[Row]:
    return await asyncio.to_thread(lambda: uvloop.run(_measured()))


async def _measured() -> list[Row]:
    with product_for(current()) as product:
        product.start()
        await product.ready()
        async with _api(product) as bench:
            session_id = await bench.open(await _project(bench, product.repository()))
            rows = [*await _runs(bench, session_id), *await _line_latency(bench, session_id)]
            # what follows keeps the disk busy for a while
            rows += await _openings(bench, await _project(bench, await asyncio.to_thread(_large_repository, product)))
            rows += await _throughput(bench, session_id)
        product.stop()
    return rows


@asynccontextmanager
async def _api(product: Product) -> AsyncGenerator[Bench]:
    client = json.loads((product.data / "run" / "client.json").read_text())
    api = Api(client["url"])
    try:
        await api.log_in(client["login_token"])
        yield Bench(product, api)
    finally:
        api.close()


async def _project(bench: Bench, repository: Path) -> str:
    return str((await bench.api.do(PROJECT, {"repository": str(repository)}))["project"]["id"])


def _large_repository(product: Product) -> Path:
    """50,000 files of 20 kB, 1 GB, in folders of 100."""
    path = product.home / "large"
    filler = bytes(range(256)) * (FILE_BYTES // 256)
    for number in range(FILES):
        file = path / f"d{number // 100}" / f"f{number}"
        if number % 100 == 0:
            file.parent.mkdir(parents=True)
        file.write_bytes(f"{number}\n".encode() + filler)
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("-c", "core.compression=0", "add", "-A"),
        ("-c", "user.name=B", "-c", "user.email=b@example.invalid", "commit", "-q", "-m", "Large"),
    ):
        subprocess.run(["git", *arguments], cwd=path, check=True)
    os.sync()
    return path


async def _throughput(bench: Bench, session_id: str) -> list[Row]:
    """The same text three ways, in turn, so that each meets the machine as it is."""
    file = bench.product.folder / "flood"
    line = b"all hands on deck, the log is kept, and the wind is fair\n"
    file.write_bytes(line * (FLOOD_BYTES // len(line)))
    await _ended(bench, await bench.run(session_id, f"yes '{line.decode().strip()}' | head -c {FLOOD_BYTES} > flood"))
    rounds = [
        (await _flood(bench, session_id), bare_flood(file), await asyncio.to_thread(terminado_flood, file))
        for _ in range(ROUNDS)
    ]
    ours, bare, terminado = sorted(rounds, key=lambda each: each[0] / each[1])[ROUNDS // 2]
    name = "shell to subscriber, transcript stored"
    return [
        Row(
            name=name,
            value=ours,
            unit="MB/s",
            peer="bare pty read",
            peer_value=bare,
            limit=">= 0.6 x peer",
            met=ours >= 0.6 * bare,
        ),
        Row(
            name=name,
            value=ours,
            unit="MB/s",
            peer="terminado",
            peer_value=terminado,
            limit=">= 1.5 x peer",
            met=ours >= 1.5 * terminado,
        ),
    ]


async def _flood(bench: Bench, session_id: str) -> float:
    command = await bench.run(session_id, "cat flood", terminal=True)
    began, received = time.perf_counter(), 0
    async with bench.api.socket() as socket:
        async for message in bench.api.subscribe(socket, OUTPUT, {"id": command}):
            received += len(decoded(message.get("data", "")))
    return rate(received, time.perf_counter() - began)


async def _ended(bench: Bench, command: str) -> None:
    async with bench.api.socket() as socket:
        async for _ in bench.api.subscribe(socket, OUTPUT, {"id": command}):
            continue


async def _line_latency(bench: Bench, session_id: str) -> list[Row]:
    text = f"for i in $(seq {LINES}); do echo $EPOCHREALTIME; read -t 0.01 < /dev/tty; done"
    latencies: list[float] = []
    ended = asyncio.get_running_loop().create_future()

    def note(text: bytes) -> None:
        now, message = time.time(), orjson.loads(text)
        if message["type"] == "complete":
            ended.set_result(None)
        elif message["type"] == "next" and (data := message["payload"]["data"]["commandOutput"].get("data")):
            latencies.extend(now - float(word) for word in decoded(data).split())

    socket = await RawSocket.connect(bench.api.host, bench.api.token)
    socket.on_message = note
    command = await bench.run(session_id, text, terminal=True)
    await socket.subscribe(OUTPUT, {"id": command})
    await ended
    socket.transport.close()
    kept = sorted(latencies[20:])
    p50, p99 = 1000 * kept[len(kept) // 2], 1000 * kept[int(len(kept) * 0.99)]
    return [
        Row(name="line latency, a line per 10 ms, p50", value=p50, unit="ms", limit="<= 0.6 ms", met=p50 <= 0.6),
        Row(name="line latency, a line per 10 ms, p99", value=p99, unit="ms", limit="<= 1.5 ms", met=p99 <= 1.5),
    ]


async def _runs(bench: Bench, session_id: str) -> list[Row]:
    """Mutation sent to CommandFinished received."""
    finished = defaultdict[str, "asyncio.Future[float]"](asyncio.get_running_loop().create_future)

    def note(text: bytes) -> None:
        message = orjson.loads(text)
        event: Json = message["payload"]["data"]["sessionEvents"] if message["type"] == "next" else {}
        if event.get("topic") == "CommandFinished":
            finished[event["streamId"]].set_result(time.perf_counter())

    taken: list[float] = []
    socket = await RawSocket.connect(bench.api.host, bench.api.token)
    socket.on_message = note
    await socket.subscribe(EVENTS, {"id": session_id, "after": 0})
    for _ in range(RUNS):
        started = time.perf_counter()
        command = base64.b64decode(await bench.run(session_id, "true")).decode().partition(":")[2]
        taken.append(await finished[command] - started)
    socket.transport.close()
    kept = sorted(taken[20:])
    p50, p99 = 1000 * kept[len(kept) // 2], 1000 * kept[int(len(kept) * 0.99)]
    return [
        Row(name="run of `true`, p50", value=p50, unit="ms", limit="<= 8 ms", met=p50 <= 8),
        Row(name="run of `true`, p99", value=p99, unit="ms", limit="<= 30 ms", met=p99 <= 30),
    ]


async def _openings(bench: Bench, project_id: str) -> list[Row]:
    """On 50,000 files, 1 GB, whose mirror exists."""
    first = await bench.open(project_id)
    status = await _timed_status(bench, first)
    taken: list[float] = []
    for _ in range(OPENINGS):
        started = time.perf_counter()
        session_id = await bench.open(project_id)
        taken.append(time.perf_counter() - started)
        await bench.close(session_id)
    p50 = 1000 * statistics.median(taken)
    name = "open a session on 50,000 files, 1 GB, p50"
    return [
        Row(name=name, value=p50, unit="ms", limit="<= 60 ms", met=p50 <= 60),
        Row(name="first `git status` in it", value=status, unit="s", limit="<= 0.15 s", met=status <= 0.15),
    ]


async def _timed_status(bench: Bench, session_id: str) -> float:
    """In the jail's own time, without that of a shell."""
    command = await bench.run(session_id, "a=$EPOCHREALTIME; git status >/dev/null; echo $a $EPOCHREALTIME")
    printed = b""
    async with bench.api.socket() as socket:
        async for message in bench.api.subscribe(socket, OUTPUT, {"id": command}):
            printed += decoded(message.get("data", ""))
    before, after = map(float, printed.split())
    return after - before
