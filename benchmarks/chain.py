"""The whole chain, as a client sees it: jail, shim, NATS, gateway, WebSocket, with the transcript stored."""

import asyncio
import base64
import json
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.support.product import Product, product_for
from websockets.asyncio.client import ClientConnection

from benchmarks.api import CLOSE, EVENTS, OPEN, OUTPUT, PROJECT, RUN, Api, Json, decoded
from benchmarks.pty_peers import bare_flood, rate, terminado_flood
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
    events: ClientConnection

    async def open(self, project_id: str) -> str:
        """A session that is ready."""
        opened = await self.api.do(OPEN, {"projectId": project_id})
        await self._until(opened["session"]["id"], 0, lambda e: e["topic"] == "SessionProvisioned")
        return str(opened["session"]["id"])

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
    with product_for(current()) as product:
        product.start()
        await product.ready()
        async with _api(product) as bench:
            small = await _project(bench, product.repository())
            session_id = await bench.open(small)
            rows = [
                *await _throughput(bench, session_id),
                *await _line_latency(bench, session_id),
                *await _runs(bench, session_id),
            ]
            large = await _project(bench, _large_repository(product))
            rows += await _openings(bench, large)
        product.stop()
    return rows


@asynccontextmanager
async def _api(product: Product) -> AsyncGenerator[Bench]:
    client = json.loads((product.data / "run" / "client.json").read_text())
    async with httpx2.AsyncClient(timeout=120) as http:
        api = Api(client["url"], http)
        await api.log_in(client["login_token"])
        async with api.socket() as events:
            yield Bench(product, api, events)


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
    command = await bench.run(session_id, text, terminal=True)
    async with bench.api.socket() as socket:
        async for message in bench.api.subscribe(socket, OUTPUT, {"id": command}):
            now = time.time()
            if message.get("data"):
                latencies += [now - float(word) for word in decoded(message["data"]).split()]
    kept = sorted(latencies[20:])
    p50, p99 = 1000 * kept[len(kept) // 2], 1000 * kept[int(len(kept) * 0.99)]
    return [
        Row(name="line latency, a line per 10 ms, p50", value=p50, unit="ms", limit="<= 0.6 ms", met=p50 <= 0.6),
        Row(name="line latency, a line per 10 ms, p99", value=p99, unit="ms", limit="<= 1.5 ms", met=p99 <= 1.5),
    ]


async def _runs(bench: Bench, session_id: str) -> list[Row]:
    """Mutation sent to CommandFinished received."""
    finished = defaultdict[str, "asyncio.Future[float]"](asyncio.get_running_loop().create_future)
    taken: list[float] = []
    async with bench.api.socket() as socket:
        listening = asyncio.create_task(_note_ends(bench, socket, session_id, finished))
        for _ in range(RUNS):
            started = time.perf_counter()
            command = base64.b64decode(await bench.run(session_id, "true")).decode().partition(":")[2]
            taken.append(await finished[command] - started)
        listening.cancel()
    kept = sorted(taken[20:])
    p50, p99 = 1000 * kept[len(kept) // 2], 1000 * kept[int(len(kept) * 0.99)]
    return [
        Row(name="run of `true`, p50", value=p50, unit="ms", limit="<= 8 ms", met=p50 <= 8),
        Row(name="run of `true`, p99", value=p99, unit="ms", limit="<= 30 ms", met=p99 <= 30),
    ]


async def _note_ends(
    bench: Bench, socket: ClientConnection, session_id: str, finished: dict[str, "asyncio.Future[float]"]
) -> None:
    async for event in bench.api.subscribe(socket, EVENTS, {"id": session_id, "after": 0}):
        if event["topic"] == "CommandFinished":
            finished[event["streamId"]].set_result(time.perf_counter())


async def _openings(bench: Bench, project_id: str) -> list[Row]:
    """On 50,000 files, 1 GB, whose mirror exists."""
    first = await bench.open(project_id)
    status = await _timed_status(bench, first)
    taken: list[float] = []
    for _ in range(OPENINGS):
        started = time.perf_counter()
        session_id = await bench.open(project_id)
        taken.append(time.perf_counter() - started)
        await bench.api.do(CLOSE, {"sessionId": session_id})
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
