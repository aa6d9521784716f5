"""What a resolver finds in its context: who asks, and the parts of the house that answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, cast
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from quarterdeck.application.access import ADMIN
from quarterdeck.application.alerts import Alerts
from quarterdeck.application.browser_logins import BrowserLogins
from quarterdeck.application.budget_reservations import Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.checkpoints import Checkpoints
from quarterdeck.application.commands import Commands
from quarterdeck.application.comparisons import Comparisons
from quarterdeck.application.erasing import Erasing
from quarterdeck.application.exports import Exports
from quarterdeck.application.file_writes import FileWrites
from quarterdeck.application.identity import Identity
from quarterdeck.application.log_tree import LogTree
from quarterdeck.application.personas import Personas
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.delivery import WebhookSecrets
from quarterdeck.application.ports.log import EVERYTHING, EventFilter, EventLog, LogReader, RawEvent
from quarterdeck.application.ports.output import TranscriptStore
from quarterdeck.application.previews import Previews
from quarterdeck.application.projects import Projects
from quarterdeck.application.readings import Readings
from quarterdeck.application.reports import Reports
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.snapshots import Snapshots
from quarterdeck.application.task_files import TaskFilesOfProjects
from quarterdeck.application.task_starts import TaskStarts
from quarterdeck.application.tasks import Tasks
from quarterdeck.application.usage import Usage
from quarterdeck.application.workers import Workers
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.errors import UnauthenticatedError
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries.alerts import AlertRow, AlertRuleRow, SilenceRow
from quarterdeck_projections.queries.budgets import BudgetRow
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.queries.members import MemberRow
from quarterdeck_projections.queries.output_erasures import OutputErasureRow
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_projections.queries.projects import ProjectRow
from quarterdeck_projections.queries.queue import QueuePlace
from quarterdeck_projections.queries.reports import ReportDeliveryRow, ReportRow
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_projections.queries.task_files import TaskConflictRow, TaskFilesRow
from quarterdeck_projections.queries.task_work import TaskWorkRow, WorkUsage
from quarterdeck_projections.queries.tasks import TaskLinkRow, TaskRow
from quarterdeck_schema.arguments import given
from quarterdeck_schema.paging import key, size
from quarterdeck_schema.reads import Reads

if TYPE_CHECKING:
    from quarterdeck_schema.commands.output import CommandOutputMessage

RowT = TypeVar("RowT")


class OutputStreams(Protocol):
    def follow(self, command_id: UUID, after: int) -> "AsyncIterator[CommandOutputMessage]":
        """A command's output from an offset on, as `Subscription.commandOutput` says."""
        ...


class EventStreams(Protocol):
    def follow(self, after: int, chosen: EventFilter = EVERYTHING) -> AsyncIterator[RawEvent]:
        """Events after a position, of those that are meant: stored, then live, without end."""
        ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that answer."""

    log: EventLog
    rows: LogReader
    tree: LogTree
    checkpoints: Checkpoints
    transcripts: TranscriptStore
    erasing: Erasing
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
    readings: Readings
    previews: Previews
    preview_link: Callable[[UUID, int, str], str]
    browser_logins: BrowserLogins
    login_link: Callable[[str], str]
    """The address that a secret opens a session's port at."""
    identity: Identity
    output: OutputStreams
    events: EventStreams
    page_size: int = 500
    """The most entries that a page may have."""


@dataclass(kw_only=True)
class RequestContext:
    """One request's, or one socket's operation's."""

    services: Services
    correlation_id: UUID
    known_caller: Caller | None = None
    """None without a token: only what needs none may be asked for."""
    loaders: dict[str, DataLoader[UUID, Any]] = field(default_factory=dict[str, DataLoader[UUID, Any]])
    works: dict[UUID, TaskWorkRow] = field(default_factory=dict[UUID, TaskWorkRow])
    """By session, those whose usage is asked for."""

    @property
    def caller(self) -> Caller:
        if self.known_caller is None:
            raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")
        return self.known_caller

    @property
    def visible_to(self) -> UUID | None:
        """The user whose projects may be seen; None: all."""
        return None if ADMIN in self.caller.roles else self.caller.user_id

    def window(
        self,
        first: int | None,
        after: str | None,
        default: int = 50,
        *,
        last: int | None = None,
        before: str | None = None,
    ) -> Window:
        """The rows that Relay's arguments mean: `last` counts from the end, and excludes `first`."""
        counted = size(first if given(last) is None else last, default, self.services.page_size)
        return Window(limit=counted, after=key(after), before=key(before), backward=given(last) is not None)

    async def project(self, project_id: UUID) -> ProjectRow | None:
        return await self._load("projects", self.services.reads.projects, project_id)

    async def persona(self, persona_id: UUID) -> PersonaRow | None:
        return await self._load("personas", self.services.reads.personas, persona_id)

    async def budget(self, budget_id: UUID) -> BudgetRow | None:
        return await self._load("budgets", self.services.reads.budgets, budget_id)

    async def session(self, session_id: UUID) -> SessionRow | None:
        return await self._load("sessions", self.services.reads.sessions, session_id)

    async def command(self, command_id: UUID) -> CommandRow | None:
        return await self._load("commands", self.services.reads.commands, command_id)

    async def task(self, identifier: UUID) -> TaskRow | None:
        return await self._load("tasks", self.services.reads.tasks, identifier)

    async def task_links(self, identifier: UUID) -> Sequence[TaskLinkRow]:
        return await self._load("task links", self.services.reads.task_links, identifier) or ()

    async def work_usage(self, row: TaskWorkRow) -> WorkUsage | None:
        self.works[row.work.session_id] = row

        async def load(ids: Collection[UUID]) -> Mapping[UUID, WorkUsage]:
            return await self.services.reads.work_usage([self.works[each] for each in ids])

        return await self._load("work's usage", load, row.work.session_id)

    async def alert_rule(self, rule_id: UUID) -> AlertRuleRow | None:
        return await self._load("alert rules", self.services.reads.alert_rules, rule_id)

    async def alert(self, alert_id: UUID) -> AlertRow | None:
        return await self._load("alerts", self.services.reads.alerts, alert_id)

    async def silenced_until(self, alert_id: UUID) -> datetime | None:
        return await self._load("silenced alerts", self.services.reads.silenced_alerts, alert_id)

    async def user_name(self, user_id: UUID) -> str | None:
        return await self._load("user names", self.services.reads.user_names, user_id)

    async def project_members(self, project_id: UUID) -> Sequence[MemberRow]:
        return await self._load("project members", self.services.reads.project_members, project_id) or ()

    async def silence(self, silence_id: UUID) -> SilenceRow | None:
        return await self._load("silences", self.services.reads.silences, silence_id)

    async def report(self, report_id: UUID) -> ReportRow | None:
        return await self._load("reports", self.services.reads.reports, report_id)

    async def report_deliveries(self, issue_id: UUID) -> Sequence[ReportDeliveryRow]:
        return await self._load("report deliveries", self.services.reads.report_deliveries, issue_id) or ()

    async def waiting_session(self, session_id: UUID) -> QueuePlace | None:
        return await self._load("waiting sessions", self.services.reads.waiting_sessions, session_id)

    async def waiting_command(self, command_id: UUID) -> QueuePlace | None:
        return await self._load("waiting commands", self.services.reads.waiting_commands, command_id)

    async def task_conflicts(self, identifier: UUID) -> Sequence[TaskConflictRow]:
        return await self._load("task conflicts", self.services.reads.task_conflicts, identifier) or ()

    async def task_files(self, project_id: UUID) -> TaskFilesRow | None:
        return await self._load("task files", self.services.reads.task_files, project_id)

    async def output_erasures(self, command_id: UUID) -> Sequence[OutputErasureRow]:
        return await self._load("output erasures", self.services.reads.output_erasures, command_id) or ()

    async def files_changed(self, command_id: UUID) -> tuple[ChangedFile, ...]:
        return await self._load("files", self.services.reads.files_changed, command_id) or ()

    async def _load(
        self, name: str, load: Callable[[Collection[UUID]], Awaitable[Mapping[UUID, RowT]]], identifier: UUID
    ) -> RowT | None:
        """Those asked for in one step of the loop are one query. Nothing is kept: a mutation may change it."""
        if name not in self.loaders:

            async def load_in_order(ids: list[UUID]) -> Sequence[RowT | None]:
                found = await load(set(ids))
                return [found.get(each) for each in ids]

            self.loaders[name] = DataLoader(load_fn=load_in_order, cache=False)
        return cast("RowT | None", await self.loaders[name].load(identifier))


Info: TypeAlias = strawberry.Info[RequestContext, None]
