"""The worker role: takes its epoch, settles with what it finds on the host, then does what the log asks for."""

import asyncio

import structlog

from quarterdeck.application.background import end, together
from quarterdeck.application.endings import Endings
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.control import ControlServer, TreeReader
from quarterdeck.application.ports.exports import ExportServer, WorkspaceExporter
from quarterdeck.application.ports.jobs import JobQueue
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.ports.packs import SnapshotPacks
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.task_files import TaskFileServer, TaskFileStore
from quarterdeck.application.ports.tunnels import TunnelServer
from quarterdeck.application.ports.workers import WorkerLease, WorkerRegistry
from quarterdeck.application.ports.workspaces import Workspaces
from quarterdeck.application.secret_patterns import Patterns
from quarterdeck.domain.errors import ConflictError
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.jail.egress.abstract import EgressKeeper
from quarterdeck.worker import lease as leases
from quarterdeck.worker import metrics
from quarterdeck.worker.archived_task_files import ArchivedTaskFiles
from quarterdeck.worker.archived_trees import ArchivedTrees, Retriever
from quarterdeck.worker.archiving import Archiver
from quarterdeck.worker.closing import Closer
from quarterdeck.worker.collecting import Collector
from quarterdeck.worker.commands import CommandRunner
from quarterdeck.worker.controls import Controls
from quarterdeck.worker.deliveries import Deliveries
from quarterdeck.worker.exporting import ArchivedExports
from quarterdeck.worker.fencing import Fence
from quarterdeck.worker.findings import Findings
from quarterdeck.worker.marks import Marks
from quarterdeck.worker.networks import Networks
from quarterdeck.worker.pausing import Pauser
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.previews import Ports
from quarterdeck.worker.provisioning import Provisioner
from quarterdeck.worker.reconciling import Reconciler
from quarterdeck.worker.restoring import Restorer
from quarterdeck.worker.sessions import Sessions
from quarterdeck.worker.setting_aside import Asides
from quarterdeck.worker.settings import WorkerSettings
from quarterdeck.worker.state_lock import locked
from quarterdeck.worker.stopping import Stopper
from quarterdeck.worker.takeover import Takeover
from quarterdeck.worker.writing import FileWriter

logger = structlog.get_logger(__name__)


class Worker:
    def __init__(
        self,
        settings: WorkerSettings,
        *,
        log: EventLog,
        transcripts: TranscriptStore,
        live: LiveOutput,
        jobs: JobQueue,
        control: ControlServer,
        registry: WorkerRegistry,
        workspaces: Workspaces,
        trees: TreeReader,
        packs: SnapshotPacks,
        objects: ObjectStore,
        driver: JailDriver,
        egress: EgressKeeper,
        tunnels: TunnelServer,
        exporter: WorkspaceExporter,
        exports: ExportServer,
        task_files: TaskFileStore,
        task_file_server: TaskFileServer,
        clock: Clock,
    ) -> None:
        self._settings, self._registry, self._control, self._driver = settings, registry, control, driver
        self._tunnels, self._exports = tunnels, exports
        journal = Journal(log, f"worker:{settings.worker_id}")
        patterns = Patterns(settings.secrets)
        self._archiver = Archiver(settings.worker_id, journal, packs, objects, settings.archive_seconds, patterns)
        self._collector = Collector(journal, packs, objects, clock, settings.snapshot_bytes, settings.collect_seconds)
        retriever = Retriever(journal, packs, objects)
        self._trees = ArchivedTrees(trees, retriever)
        self._exporter = ArchivedExports(exporter, retriever)
        self._task_files, self._task_file_server = ArchivedTaskFiles(task_files, retriever), task_file_server
        self._ports = WorkerPorts(
            settings=settings,
            journal=journal,
            transcripts=transcripts,
            live=live,
            jobs=jobs,
            workspaces=workspaces,
            archiver=self._archiver,
            asides=Asides(settings.worker_id, journal, workspaces, packs, objects),
            retriever=retriever,
            driver=driver,
            networks=Networks(journal, egress),
            clock=clock,
            patterns=patterns,
        )
        self.sessions = Sessions(settings.capacity)
        self._fence = Fence(self.sessions)
        self.ready = asyncio.Event()
        """Set when it has settled with what it found and takes jobs."""

    async def run(self) -> None:
        """Until it is cancelled: then running commands are reported lost, jails end, and sessions stay open.

        Raises ConflictError where another process works in its state folder, or has taken over in its name.
        """
        with locked(self._settings.state_dir):
            self._build()
            lease = await leases.take(self._registry, self._settings)
            logger.info("worker starts", worker=lease.worker_id, epoch=lease.epoch)
            try:
                await self._work(lease)
            except ConcurrencyError as error:
                await self._stopper.leave()
                raise ConflictError(
                    f"Another process has taken over as worker {lease.worker_id}.", "Give each worker its own name."
                ) from error
            except asyncio.CancelledError:
                await self._stopper.stop()
                raise

    def _build(self) -> None:
        ports, sessions, marks = self._ports, self.sessions, Marks(self._settings.state_dir)
        endings = Endings(ports.journal, ports.transcripts, ports.live)
        runner = CommandRunner(ports, endings)
        pauser = Pauser(ports.journal, self._fence)
        closer = Closer(ports, sessions, runner, pauser, endings, marks)
        provisioner = Provisioner(ports, sessions, runner, marks)
        takeover = Takeover(ports, runner, endings)
        restorer = Restorer(ports)
        metrics.watch(sessions, self._settings.capacity)
        self._findings = Findings(ports.journal, self._settings)
        self._reconciler = Reconciler(
            ports, sessions, provisioner, takeover, closer, pauser, self._findings, restorer, marks
        )
        self._deliveries = Deliveries(ports, sessions, provisioner, runner, closer, pauser, restorer, endings)
        writer = FileWriter(ports, sessions, self._trees)
        self._controls = Controls(sessions, ports.workspaces, writer, self._reconciler.once)
        self._stopper = Stopper(sessions, endings, self._driver, ports.workspaces, ports.networks)

    async def _work(self, lease: WorkerLease) -> None:
        keeping = asyncio.create_task(
            leases.keep(self._registry, lease, self.sessions, self._settings, self._fence), name="worker lease"
        )
        serving = asyncio.create_task(self._serve(), name="worker")
        try:
            done, _ = await asyncio.wait({keeping, serving}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end([keeping, serving])

    async def _serve(self) -> None:
        await self._reconciler.once()
        await self._findings.started()
        serving = self._control.serve(self._settings.worker_id, self._controls, self._trees)
        carrying = self._tunnels.serve(self._settings.worker_id, Ports(self.sessions))
        exporting = self._exports.serve(self._settings.worker_id, self._exporter)
        keeping = self._task_file_server.serve(self._settings.worker_id, self._task_files)
        async with serving, carrying, exporting, keeping:
            self.ready.set()
            await together(self._deliveries.run(), self._reconciler.run(), self._archiver.run(), self._collector.run())
