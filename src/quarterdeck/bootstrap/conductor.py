"""What the conductor is made of."""

import asyncio
from collections.abc import Callable

from quarterdeck.adapters.delivery.notices import WrittenNotices
from quarterdeck.adapters.nats.control import NatsWorkerControl
from quarterdeck.adapters.nats.task_files import NatsTaskFiles
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.alert_notices import AlertNotices
from quarterdeck.application.alert_watch import AlertWatch
from quarterdeck.application.alerts import NOTICE
from quarterdeck.application.deliveries import Compose, Deliveries
from quarterdeck.application.journal import Journal
from quarterdeck.application.report_issues import ABOUT as REPORT
from quarterdeck.application.report_issues import ReportIssues
from quarterdeck.bootstrap.delivery import channels
from quarterdeck.bootstrap.reports import contents_of
from quarterdeck.bootstrap.secrets import secret
from quarterdeck.bootstrap.stopping import unless_stopped
from quarterdeck.bootstrap.stores import Stores, erasing_of, stores_of
from quarterdeck.conductor.admission import LETS_IN
from quarterdeck.conductor.alerts import WatchedAlerts
from quarterdeck.conductor.checkpoints import Keys, Signing
from quarterdeck.conductor.conductor import Conductor
from quarterdeck.conductor.outgoing import Outgoing
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.config import Settings
from quarterdeck.readiness import announcing
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.alert_readings import ReadAlerts
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.queries.reports import ReadReportBook

READERS = 4
"""Connections to the read models, which alerts, reports and what is due are asked of."""


async def run(settings: Settings, stop: asyncio.Event) -> None:
    url = secret(settings.database_url)
    async with (
        stores_of(settings, "conductor", LETS_IN) as stores,
        Database(url, max_size=READERS) as database,
        ProjectionWatch(url) as watch,
    ):
        conductor = Conductor(
            ConductorSettings(),
            log=stores.log,
            transcripts=stores.transcripts,
            live=stores.live,
            jobs=stores.jobs,
            registry=stores.leases,
            cursors=stores.cursors,
            trees=NatsWorkerControl(stores.nats),
            task_files=NatsTaskFiles(stores.nats),
            clock=SystemClock(),
            signing=_signing(settings, stores),
            outgoing=_outgoing(settings, stores, database, watch),
            carry_out=erasing_of(stores).carry_out,
        )
        async with announcing(conductor.caught_up.wait(), lambda: conductor.position):
            await unless_stopped(conductor.run(), stop)


def _signing(settings: Settings, stores: Stores) -> Callable[[Journal], Signing] | None:
    """None where there is no key to sign with."""
    if settings.checkpoint_key is None:
        return None
    keys, store = Keys.parse(settings.checkpoint_key.get_secret_value()), ObstoreObjects(settings.checkpoint_store)

    def make(journal: Journal) -> Signing:
        return Signing(
            ConductorSettings(),
            keys,
            journal=journal,
            rows=stores.log,
            store=store,
            cursors=stores.cursors,
            clock=SystemClock(),
        )

    return make


def _outgoing(settings: Settings, stores: Stores, database: Database, watch: ProjectionWatch) -> Outgoing:
    journal, clock = Journal(stores.log, "conductor"), SystemClock()
    alerts = AlertWatch(journal, clock, stores.cursors, ReadAlerts(database, watch))
    notices = AlertNotices(journal, WrittenNotices(settings.url))
    contents = contents_of(settings, stores.log, database, watch)
    reports = ReportIssues(journal, clock, ReadReportBook(database), contents)
    composers: dict[str, Compose] = {NOTICE: notices.compose, REPORT: reports.compose}
    deliveries = Deliveries(journal, clock, channels(settings), composers)
    return Outgoing(deliveries=deliveries, looks=(WatchedAlerts(alerts).once, reports.once))
