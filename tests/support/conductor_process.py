"""A conductor on real parts as a process of its own, to be killed. Its parts are named in JSON on standard input."""

import asyncio
import json
import sys

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.control import NatsWorkerControl
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.nats.task_files import NatsTaskFiles
from quarterdeck.adapters.postgres.cursors import PostgresCursors
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock
from quarterdeck.conductor.conductor import Conductor
from quarterdeck.conductor.settings import ConductorSettings


async def main(database_url: str, nats_url: str, prefix: str) -> None:
    async with (
        PostgresEventLog(database_url, SystemClock()) as log,
        Pool(database_url) as pool,
        NatsConnection(nats_url) as nats,
    ):
        await Conductor(
            ConductorSettings(sweep_seconds=0.5),
            log=log,
            transcripts=PostgresTranscriptStore(pool),
            live=NatsLiveOutput(nats, prefix),
            jobs=NatsJobQueue(nats, prefix),
            registry=PostgresWorkerRegistry(pool),
            cursors=PostgresCursors(pool),
            trees=NatsWorkerControl(nats, prefix),
            task_files=NatsTaskFiles(nats, prefix),
            clock=SystemClock(),
        ).run()


def start() -> None:
    given = json.load(sys.stdin)
    asyncio.run(main(given["database_url"], given["nats_url"], given["prefix"]))
