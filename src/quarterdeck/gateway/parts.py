"""What the gateway is made of, put together once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from quarterdeck.application.alerts import Alerts
from quarterdeck.application.budget_reservations import Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.checkpoints import Checkpoints
from quarterdeck.application.commands import Commands
from quarterdeck.application.comparisons import Comparisons
from quarterdeck.application.erasing import Erasing
from quarterdeck.application.exports import Exports
from quarterdeck.application.file_writes import FileWrites
from quarterdeck.application.identity import Identity
from quarterdeck.application.personas import Personas
from quarterdeck.application.ports.delivery import WebhookSecrets
from quarterdeck.application.ports.log import EventLog, LogReader
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.ports.system import Ids
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
from quarterdeck.config import Settings
from quarterdeck.gateway.web.bundle import WebBundle
from quarterdeck_schema.reads import Reads

Check = Callable[[], Awaitable[object]]
"""Returns when a part works; raises what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the composition root gives the gateway. `checks`: the parts that readiness depends on, by name."""

    settings: Settings
    log: EventLog
    rows: LogReader
    checkpoints: Checkpoints
    transcripts: TranscriptStore
    erasing: Erasing
    live: LiveOutput
    reads: Reads
    projects: Projects
    personas: Personas
    sessions: Sessions
    commands: Commands
    tasks: Tasks
    task_starts: TaskStarts
    task_files: TaskFilesOfProjects
    snapshots: Snapshots
    file_writes: FileWrites
    comparisons: Comparisons
    exports: Exports
    workers: Workers
    usage: Usage
    budgets: BudgetBook
    reservations: Reservations
    alerts: Alerts
    webhook_secrets: WebhookSecrets
    reports: Reports
    previews: Previews
    identity: Identity
    ids: Ids
    web: WebBundle
    checks: Mapping[str, Check]
