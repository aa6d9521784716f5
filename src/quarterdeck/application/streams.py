"""Load, decide, append: the loop every use case and role goes through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast, get_args
from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, EventLog, LoggedEvent, StreamWrite
from quarterdeck.domain import (
    alert,
    alert_notice,
    alert_rule,
    archive,
    budget,
    budget_ledger,
    budget_reservation,
    checkpoint,
    command,
    delivery,
    exports,
    identity,
    image_build,
    network_access,
    persona,
    preview,
    prices,
    project,
    report,
    report_issue,
    session_events,
    session_network,
    session_state,
    session_task_files,
    silence,
    task,
    task_dependencies,
    task_events,
    task_files,
    usage,
    worker,
    workspace,
)
from quarterdeck.domain.base import ErasedEvent, Recorded, UnknownEvent
from quarterdeck.domain.checkpoint import SigningKeyIntroduced
from quarterdeck.domain.events import Event
from quarterdeck.domain.exports import WorkspaceExported
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.prices import PriceTableRevised
from quarterdeck.domain.session_network import SessionNetworkChanged
from quarterdeck.domain.session_task_files import SessionTaskFilesRead
from quarterdeck.domain.task_dependencies import TaskDependenciesDeclared
from quarterdeck.domain.usage import ModelUsageRecorded

StateT = TypeVar("StateT")
EventT = TypeVar("EventT")
ATTEMPTS = 10


@dataclass(frozen=True)
class Loaded(Generic[StateT]):
    """A stream's state and the version it stands at."""

    stream_id: UUID
    state: StateT
    version: int


@dataclass(frozen=True)
class Aggregate(Generic[StateT, EventT]):
    """How one kind of stream is folded."""

    name: str
    initial: StateT
    evolve: Callable[[StateT, EventT], StateT]
    event_types: tuple[type, ...]

    async def load(self, log: EventLog, stream_id: UUID) -> Loaded[StateT]:
        return self.fold(stream_id, await log.load(stream_id))

    def fold(self, stream_id: UUID, events: Sequence[LoggedEvent]) -> Loaded[StateT]:
        """Unknown and erased events count in the version and change nothing."""
        state = self.initial
        for recorded in events:
            if isinstance(recorded.event, (UnknownEvent, ErasedEvent)):
                continue
            if not isinstance(recorded.event, self.event_types):
                return Loaded(stream_id, self.initial, 0)
            state = self.evolve(state, cast("EventT", recorded.event))
        return Loaded(stream_id, state, events[-1].version if events else 0)


PROJECT = Aggregate[project.ProjectState, project.ProjectEvent](
    "project", project.NoProject(), project.evolve, get_args(project.ProjectEvent)
)
SESSION = Aggregate[session_state.SessionState, session_events.SessionEvent](
    "session", session_state.NoSession(), session_state.evolve, get_args(session_events.SessionEvent)
)
PERSONA = Aggregate[persona.PersonaState, persona.PersonaEvent](
    "persona", persona.NoPersona(), persona.evolve, get_args(persona.PersonaEvent)
)
COMMAND = Aggregate[command.CommandState, command.CommandEvent](
    "command", command.NoCommand(), command.evolve, get_args(command.CommandEvent)
)
WORKSPACE = Aggregate[workspace.WorkspaceState, workspace.WorkspaceEvent](
    "workspace", workspace.NoWorkspace(), workspace.evolve, get_args(workspace.WorkspaceEvent)
)
IMAGE_BUILD = Aggregate[image_build.ImageBuildState, image_build.ImageBuildEvent](
    "image build", image_build.NoImageBuild(), image_build.evolve, get_args(image_build.ImageBuildEvent)
)
SESSION_NETWORK = Aggregate[session_network.SessionNetwork, session_network.SessionNetworkEvent](
    "session's network", session_network.SessionNetwork(), session_network.evolve, (SessionNetworkChanged,)
)
NETWORK_ACCESS = Aggregate[network_access.NetworkAccess, network_access.NetworkAccessEvent](
    "session's network access", network_access.NetworkAccess(), network_access.evolve, (NetworkAccessDecided,)
)
ARCHIVE = Aggregate[archive.Archive, archive.ArchiveEvent](
    "archive", archive.Archive(), archive.evolve, get_args(archive.ArchiveEvent)
)
EXPORTS = Aggregate[exports.Exports, WorkspaceExported](
    "record of exports", exports.Exports(), exports.evolve, (WorkspaceExported,)
)
TASK = Aggregate[task.TaskState, task_events.TaskEvent](
    "task", task.NoTask(), task.evolve, get_args(task_events.TaskEvent)
)
TASK_DEPENDENCIES = Aggregate[task_dependencies.TaskDependencies, TaskDependenciesDeclared](
    "project's list of dependencies",
    task_dependencies.TaskDependencies(),
    task_dependencies.evolve,
    (TaskDependenciesDeclared,),
)
TASK_FILES = Aggregate[task_files.TaskFiles, task_files.TaskFilesEvent](
    "record of task files", task_files.TaskFiles(), task_files.evolve, get_args(task_files.TaskFilesEvent)
)
SESSION_TASK_FILES = Aggregate[session_task_files.SessionTaskFiles, SessionTaskFilesRead](
    "session's record of task files",
    session_task_files.SessionTaskFiles(),
    session_task_files.evolve,
    (SessionTaskFilesRead,),
)
WORKER = Aggregate[worker.WorkerState, worker.WorkerEvent](
    "worker", worker.NoWorker(), worker.evolve, get_args(worker.WorkerEvent)
)
PREVIEW = Aggregate[preview.PreviewState, preview.PreviewEvent](
    "preview", preview.NoPreview(), preview.evolve, get_args(preview.PreviewEvent)
)
USER = Aggregate[identity.UserState, identity.UserEvent](
    "user", identity.NoUser(), identity.evolve_user, get_args(identity.UserEvent)
)
USAGE = Aggregate[usage.UsageState, ModelUsageRecorded](
    "record of a model's call", usage.NoUsage(), usage.evolve, (ModelUsageRecorded,)
)
PRICE_TABLE = Aggregate[prices.PriceTable, PriceTableRevised](
    "price table", prices.NO_PRICES, prices.evolve, (PriceTableRevised,)
)
DELIVERY = Aggregate[delivery.DeliveryState, delivery.DeliveryEvent](
    "delivery", delivery.NoDelivery(), delivery.evolve, get_args(delivery.DeliveryEvent)
)
BUDGETS = Aggregate[budget.Budgets, budget.BudgetEvent](
    "list of budgets", budget.NO_BUDGETS, budget.evolve, get_args(budget.BudgetEvent)
)
LEDGER = Aggregate[budget_ledger.LedgerState, budget_ledger.LedgerEvent](
    "budget's ledger", None, budget_ledger.evolve, get_args(budget_ledger.LedgerEvent)
)
RESERVATION = Aggregate[budget_reservation.ReservationState, budget_reservation.ReservationEvent](
    "reservation",
    budget_reservation.NoReservation(),
    budget_reservation.evolve,
    get_args(budget_reservation.ReservationEvent),
)
ALERT_RULE = Aggregate[alert_rule.RuleState, alert_rule.AlertRuleEvent](
    "alert rule", alert_rule.NoRule(), alert_rule.evolve, get_args(alert_rule.AlertRuleEvent)
)
ALERT = Aggregate[alert.AlertState, alert.AlertEvent](
    "alert", alert.NoAlert(), alert.evolve, get_args(alert.AlertEvent)
)
ALERT_NOTICE = Aggregate[alert_notice.NoticeState, alert_notice.AlertNoticeMade](
    "notice", alert_notice.NoNotice(), alert_notice.evolve, (alert_notice.AlertNoticeMade,)
)
SILENCE = Aggregate[silence.SilenceState, silence.SilenceEvent](
    "silence", silence.NoSilence(), silence.evolve, get_args(silence.SilenceEvent)
)
REPORT = Aggregate[report.ReportState, report.ReportEvent](
    "report", report.NoReport(), report.evolve, get_args(report.ReportEvent)
)
REPORT_ISSUE = Aggregate[report_issue.ReportIssueState, report_issue.ReportIssueEvent](
    "report's issue", report_issue.NoIssue(), report_issue.evolve, get_args(report_issue.ReportIssueEvent)
)
TOKEN = Aggregate[identity.TokenState, identity.TokenEvent](
    "token", identity.NoToken(), identity.evolve_token, get_args(identity.TokenEvent)
)

KEY_RING = Aggregate[checkpoint.KeyRing, SigningKeyIntroduced](
    "list of signing keys", checkpoint.KeyRing(), checkpoint.evolve, (SigningKeyIntroduced,)
)


async def decide(
    log: EventLog,
    aggregate: Aggregate[StateT, EventT],
    stream_id: UUID,
    decision: Callable[[StateT], tuple[EventT, ...]],
    context: Context,
) -> Sequence[Recorded[Event]]:
    """Appends what `decision` makes of the state, deciding again when another writer came first."""
    for _ in range(ATTEMPTS):
        loaded = await aggregate.load(log, stream_id)
        events = cast("tuple[Event, ...]", decision(loaded.state))
        if not events:
            return ()
        try:
            return await log.append(
                [StreamWrite(stream_id=stream_id, expected_version=loaded.version, events=events)], context
            )
        except ConcurrencyError:
            continue
    raise ConcurrencyError(f"This {aggregate.name} changes too fast to write to.", "Try again.")
