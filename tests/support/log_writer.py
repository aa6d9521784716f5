"""A process that writes to the log: many callers on streams of their own and on contested ones."""

import asyncio
from dataclasses import dataclass
from multiprocessing.connection import Connection
from uuid import UUID, uuid4

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandLost

CONTEXT = Context(actor=Actor(kind=ActorKind.SYSTEM, id="test"), correlation_id=UUID(int=1))


@dataclass(frozen=True)
class Written:
    """What was acknowledged."""

    positions: list[int]
    conflicts: int
    """On contested streams."""


async def append(log: EventLog, stream_id: UUID, version: int, reason: str = "") -> int:
    write = StreamWrite(stream_id=stream_id, expected_version=version, events=(CommandLost(reason=reason),))
    return (await log.append([write], CONTEXT))[0].position


async def write_alone(log: EventLog, count: int) -> Written:
    """To a stream of one's own: nothing may ever conflict."""
    stream_id = uuid4()
    return Written([await append(log, stream_id, version) for version in range(count)], 0)


async def write_contested(log: EventLog, stream_id: UUID, count: int) -> Written:
    """To a stream that others write to: load, append, and again after a conflict."""
    positions: list[int] = []
    conflicts = 0
    while len(positions) < count:
        events = await log.load(stream_id)
        try:
            positions.append(await append(log, stream_id, len(events)))
        except ConcurrencyError:
            conflicts += 1
    return Written(positions, conflicts)


def run(url: str, contested: list[UUID], count: int, done: Connection) -> None:
    """The process: sends what was acknowledged through `done`."""

    async def main() -> list[Written]:
        async with PostgresEventLog(url, SystemClock()) as log:
            return await asyncio.gather(
                *(write_alone(log, count) for _ in range(4)),
                *(write_contested(log, stream_id, count // 5) for stream_id in contested),
            )

    done.send(asyncio.run(main()))
