"""What the conductor is made of."""

import asyncio

from quarterdeck.adapters.nats.control import NatsWorkerControl
from quarterdeck.adapters.system import SystemClock
from quarterdeck.bootstrap.stopping import unless_stopped
from quarterdeck.bootstrap.stores import stores_of
from quarterdeck.conductor.admission import LETS_IN
from quarterdeck.conductor.conductor import Conductor
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.config import Settings
from quarterdeck.readiness import announcing


async def run(settings: Settings, stop: asyncio.Event) -> None:
    async with stores_of(settings, "conductor", LETS_IN) as stores:
        conductor = Conductor(
            ConductorSettings(),
            log=stores.log,
            transcripts=stores.transcripts,
            live=stores.live,
            jobs=stores.jobs,
            registry=stores.leases,
            cursors=stores.cursors,
            trees=NatsWorkerControl(stores.nats),
            clock=SystemClock(),
        )
        async with announcing(conductor.caught_up.wait(), lambda: conductor.position):
            await unless_stopped(conductor.run(), stop)
