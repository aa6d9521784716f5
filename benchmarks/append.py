"""Appending to the log, beside plain inserts and beside the library's own recorder."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import psycopg
import uvloop
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from uuid_utils.compat import uuid7

from benchmarks.database import Disk, disk, execute
from benchmarks.row import Row
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandLost

T = TypeVar("T")
CALLERS = 32
ROUNDS = 5
SECONDS = 2
SINGLE = 1500
PAYLOAD = "the worker that had this command is gone"
TABLE = """
    CREATE SCHEMA peer;
    CREATE TABLE peer.plain (id bigserial PRIMARY KEY, stream_id uuid, version int, topic text, payload bytea);
    GRANT ALL ON SCHEMA peer TO PUBLIC;
    GRANT ALL ON ALL TABLES IN SCHEMA peer TO PUBLIC;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA peer TO PUBLIC;
    GRANT ALL ON SCHEMA peer TO quarterdeck_app"""
INSERT = f"""
    INSERT INTO peer.plain (stream_id, version, topic, payload)
    VALUES (gen_random_uuid(), 1, 'CommandLost', '{{"reason":"{PAYLOAD}"}}');"""
CONTEXT = Context(
    actor=Actor(kind=ActorKind.USER, id=str(uuid4())), correlation_id=uuid4(), project_id=uuid4(), session_id=uuid4()
)


@dataclass(frozen=True)
class Measured:
    per_second: float
    latencies: list[float]
    """In seconds, sorted."""

    def percentile(self, percent: float) -> float:
        return self.latencies[int(len(self.latencies) * percent / 100)]


async def run() -> list[Row]:
    return await asyncio.to_thread(_run)


def _run() -> list[Row]:
    with disk() as server:
        execute(server.urls.admin, TABLE)
        rounds = [_round(server) for _ in range(ROUNDS)]
        ours, raw = uvloop.run(_alone_in_turn(server))
        large = uvloop.run(_in_log(server, _large))
    # the middle one, as this machine has other things to do
    middle = sorted(rounds, key=lambda each: each.ours.per_second / each.pgbench)[ROUNDS // 2]
    return [*middle.rows(), *_single_rows(ours, raw, large)]


@dataclass(frozen=True)
class Round:
    """Measured one after the other, so that each meets the same disk."""

    pgbench: float
    ours: Measured
    library: float

    def rows(self) -> list[Row]:
        rate, p99 = self.ours.per_second, self.ours.percentile(99) * 1000
        return [
            _against("32 callers", rate, "pgbench inserts, 32 clients", self.pgbench, 1.5),
            _against("32 callers", rate, "the library's recorder, 32 threads", self.library, 30),
            Row(name="append, 32 callers, p99", value=p99, unit="ms", limit="<= 3 ms", met=p99 <= 3),
        ]


def _against(name: str, value: float, peer: str, peer_value: float, times: float) -> Row:
    return Row(
        name=f"append, {name}",
        value=value,
        unit="events/s",
        peer=peer,
        peer_value=peer_value,
        limit=f">= {times} x peer",
        met=value >= times * peer_value,
    )


def _single_rows(ours: Measured, raw: Measured, large: float) -> list[Row]:
    mine, peer = ours.percentile(50) * 1000, raw.percentile(50) * 1000
    return [
        Row(
            name="append, one caller, p50",
            value=mine,
            unit="ms",
            peer="psycopg insert",
            peer_value=peer,
            limit="<= 2 x peer",
            met=mine <= 2 * peer,
        ),
        Row(name="append, one event of 10 MB", value=large, unit="s", limit="does not hang", met=large < 10),
    ]


def _round(server: Disk) -> Round:
    pgbench = server.pgbench(INSERT, CALLERS, SECONDS)
    ours = uvloop.run(_in_log(server, _together))
    return Round(pgbench, ours, _library(server))


async def _in_log(server: Disk, measure: Callable[[PostgresEventLog], Awaitable[T]]) -> T:
    async with PostgresEventLog(server.urls.app, SystemClock()) as log:
        await _append(log)
        return await measure(log)


async def _append(log: PostgresEventLog, reason: str = PAYLOAD) -> float:
    """One new stream of one event; how long it took."""
    began = time.perf_counter()
    write = StreamWrite(stream_id=uuid7(), expected_version=0, events=(CommandLost(reason=reason),))
    await log.append([write], CONTEXT)
    return time.perf_counter() - began


async def _together(log: PostgresEventLog) -> Measured:
    took: list[float] = []
    began = time.perf_counter()

    async def caller() -> None:
        while time.perf_counter() < began + SECONDS:
            took.append(await _append(log))

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return Measured(len(took) / (time.perf_counter() - began), sorted(took))


async def _large(log: PostgresEventLog) -> float:
    return await _append(log, "x" * 10_000_000)


async def _alone_in_turn(server: Disk) -> tuple[Measured, Measured]:
    """An append, then a plain insert, and so on."""
    ours: list[float] = []
    raw: list[float] = []
    async with PostgresEventLog(server.urls.app, SystemClock()) as log:
        with psycopg.connect(server.urls.app, autocommit=True) as connection:
            for _ in range(SINGLE):
                ours.append(await _append(log))
                raw.append(_insert(connection))
    return Measured(SINGLE / sum(ours), sorted(ours)), Measured(SINGLE / sum(raw), sorted(raw))


def _insert(connection: psycopg.Connection) -> float:
    began = time.perf_counter()
    connection.execute(
        "INSERT INTO peer.plain (stream_id, version, topic, payload) VALUES (%s, 1, 'CommandLost', %s)",
        (uuid7(), PAYLOAD.encode()),
        prepare=True,
    )
    return time.perf_counter() - began


def _library(server: Disk) -> float:
    known = conninfo_to_dict(server.urls.app)
    datastore = PostgresDatastore(
        *(str(known[name]) for name in ("dbname", "host", "port", "user", "password")), schema="peer", pool_size=CALLERS
    )
    with datastore:
        recorder = PostgresApplicationRecorder(datastore)
        recorder.create_table()
        counts = [0] * CALLERS
        until = time.perf_counter() + SECONDS

        def caller(number: int) -> None:
            while time.perf_counter() < until:
                recorder.insert_events([StoredEvent(uuid7(), 1, "CommandLost", PAYLOAD.encode())])
                counts[number] += 1

        threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(counts) / SECONDS


if __name__ == "__main__":
    for row in asyncio.run(run()):
        print(row)
