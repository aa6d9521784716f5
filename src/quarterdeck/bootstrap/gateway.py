"""What a gateway is made of."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.adapters.nats.control import NatsWorkerControl
from quarterdeck.adapters.nats.exports import NatsExports
from quarterdeck.adapters.nats.tunnels import NatsTunnels
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.alerts import Alerts
from quarterdeck.application.budget_reservations import Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.checkpoints import Checkpoints
from quarterdeck.application.commands import Commands
from quarterdeck.application.comparisons import Comparisons
from quarterdeck.application.dispatch import QueueDoorbell
from quarterdeck.application.exports import Exports
from quarterdeck.application.file_writes import FileWrites
from quarterdeck.application.identity import Identity
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.personas import Personas
from quarterdeck.application.previews import Previews
from quarterdeck.application.projects import Projects
from quarterdeck.application.reports import Reports
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.snapshots import Snapshots
from quarterdeck.application.task_files import TaskFilesOfProjects
from quarterdeck.application.task_starts import TaskStarts
from quarterdeck.application.tasks import Tasks
from quarterdeck.application.usage import Usage
from quarterdeck.application.workers import Workers
from quarterdeck.bootstrap.delivery import webhook_secrets
from quarterdeck.bootstrap.reports import contents_of
from quarterdeck.bootstrap.secrets import secret
from quarterdeck.bootstrap.stores import Stores, erasing_of, stores_of
from quarterdeck.config import Settings
from quarterdeck.gateway.app import create_app
from quarterdeck.gateway.parts import Parts
from quarterdeck.gateway.server import listen, serve, settle
from quarterdeck.gateway.web.bundle import WebBundle
from quarterdeck.readiness import announcing
from quarterdeck.web_client.places import folder as web_client_folder
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries import sessions as session_queries
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.usage.pricing import priced
from quarterdeck_schema.reads import ReadModels

ASK_SECONDS = 0.02


@dataclass(frozen=True)
class CountedSessions:
    """`application.sessions.WaitingSessions` by the read models."""

    database: Database
    reads: ReadModels

    async def count(self, project_id: UUID, since: int) -> int:
        await self.reads.wait_for(since, "sessions")
        return await session_queries.count_waiting(self.database, project_id)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    listener = listen(settings.host, settings.port)
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        stores = await stack.enter_async_context(stores_of(settings, "gateway"))
        database = await stack.enter_async_context(Database(secret(settings.database_url)))
        watch = await stack.enter_async_context(ProjectionWatch(secret(settings.database_url)))
        app = create_app(_parts(settings, stores, ReadModels(database, watch), database, watch))
        settle()
        async with announcing(_answers(settings)):
            await serve(app, settings, listener=listener, stop=stop)


async def _answers(settings: Settings) -> None:
    """Returns when the gateway itself says that it can serve."""
    while True:
        if await _is_served(settings):
            return
        await asyncio.sleep(ASK_SECONDS)


async def _is_served(settings: Settings) -> bool:
    try:
        reader, writer = await asyncio.open_connection(settings.local_host, settings.port)
    except OSError:
        return False
    try:
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {settings.local_host}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False
    finally:
        writer.close()


def _parts(settings: Settings, stores: Stores, reads: ReadModels, database: Database, watch: ProjectionWatch) -> Parts:
    ids, doorbell, control = SystemIds(), QueueDoorbell(stores.jobs), NatsWorkerControl(stores.nats)
    snapshots = Snapshots(stores.log, control)
    waiting = CountedSessions(database, reads)
    ledgers = Ledgers(stores.log, SystemClock())
    sessions = Sessions(stores.log, ids, doorbell, waiting, ledgers, settings.limit_waiting_sessions)
    return Parts(
        settings=settings,
        log=stores.log,
        rows=stores.log,
        checkpoints=Checkpoints(ObstoreObjects(settings.checkpoint_store)),
        transcripts=stores.transcripts,
        erasing=erasing_of(stores),
        live=stores.live,
        reads=reads,
        projects=Projects(stores.log, ids, control, doorbell),
        personas=Personas(stores.log),
        sessions=sessions,
        commands=Commands(stores.log, ids, control, doorbell, ledgers),
        tasks=Tasks(stores.log, SystemClock()),
        task_starts=TaskStarts(stores.log, SystemClock(), sessions),
        task_files=TaskFilesOfProjects(stores.log, SystemClock()),
        snapshots=snapshots,
        file_writes=FileWrites(stores.log, ids, control),
        comparisons=Comparisons(stores.log, snapshots),
        exports=Exports(stores.log, snapshots, NatsExports(stores.nats)),
        workers=Workers(stores.log, control),
        usage=Usage(ledgers, priced),
        budgets=BudgetBook(ledgers),
        reservations=Reservations(ledgers),
        alerts=Alerts(stores.log, SystemClock(), ids),
        webhook_secrets=webhook_secrets(settings),
        reports=Reports(stores.log, SystemClock(), contents_of(settings, stores.log, database, watch)),
        previews=Previews(stores.log, SystemClock(), ids, NatsTunnels(stores.nats)),
        identity=Identity(stores.log, SystemClock(), ids),
        ids=ids,
        web=WebBundle(web_client_folder()),
        checks={"database": stores.log.head, "nats": stores.nats.wait_up, "projections": reads.positions},
    )
