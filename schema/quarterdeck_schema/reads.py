"""What the schema asks of the read models, as one port: real over the projections' queries, a twin in tests."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from quarterdeck.application.search_query import Words
from quarterdeck.domain.alert import Sample
from quarterdeck.domain.alert_rule import Condition
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_network import SessionNetwork
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window
from quarterdeck_projections.queries import (
    alert_samples,
    alerts,
    budgets,
    commands,
    findings,
    happenings,
    members,
    network,
    output_erasures,
    personas,
    positions,
    projects,
    queue,
    read_model_checks,
    reports,
    search,
    sessions,
    task_board,
    task_files,
    task_history,
    task_work,
    tasks,
    tokens,
    usage,
    usage_funnel,
    usage_kept,
    usage_pages,
    usage_percentiles,
    usage_top,
    users,
    workers,
)
from quarterdeck_projections.queries.alerts import AlertFilter, AlertRow, AlertRuleRow, DeliveryRow, SilenceRow
from quarterdeck_projections.queries.budgets import BudgetRow, ReservationRow
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.queries.findings import FindingRow
from quarterdeck_projections.queries.happenings import HappeningRow, TallyRow
from quarterdeck_projections.queries.id_endings import Ended, ids_ending_with
from quarterdeck_projections.queries.members import MemberRow
from quarterdeck_projections.queries.network import NetworkAccessRow
from quarterdeck_projections.queries.output_erasures import OutputErasureRow
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_projections.queries.positions import PositionRow, ProjectionWatch
from quarterdeck_projections.queries.projects import ProjectRow
from quarterdeck_projections.queries.queue import QueuePlace
from quarterdeck_projections.queries.read_model_checks import CheckRow, DifferenceRow
from quarterdeck_projections.queries.reports import ReportDeliveryRow, ReportIssueRow, ReportRow
from quarterdeck_projections.queries.search import PieceRow, Place, SearchFilter
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_projections.queries.task_board import BoardColumn, Grouping
from quarterdeck_projections.queries.task_files import TaskConflictRow, TaskFilesRow
from quarterdeck_projections.queries.task_history import TaskField, TaskHistoryRow
from quarterdeck_projections.queries.task_work import TaskWorkRow, WorkUsage
from quarterdeck_projections.queries.tasks import Order, TaskFilter, TaskLinkRow, TaskRow
from quarterdeck_projections.queries.tokens import TokenRow
from quarterdeck_projections.queries.usage import UsageCallRow, UsagePoint
from quarterdeck_projections.queries.usage_funnel import Dropped, FunnelQuestion, FunnelStep
from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_projections.queries.usage_pages import After, FactRow
from quarterdeck_projections.queries.usage_percentiles import PercentilePoint, PercentileQuestion
from quarterdeck_projections.queries.usage_question import Selection, UsageQuestion
from quarterdeck_projections.queries.usage_top import TopList, TopQuestion
from quarterdeck_projections.queries.workers import WorkerRow
from quarterdeck_projections.states import SessionState

WAIT_SECONDS = 5.0
"""How long a reader waits for a position of the log before it is told to ask again."""


class Reads(Protocol):
    """Rows by id, pages of lists, and waiting. `visible_to`: of this user's projects; None: of all."""

    async def projects(self, ids: Collection[UUID], /) -> Mapping[UUID, ProjectRow]: ...
    async def personas(self, ids: Collection[UUID], /) -> Mapping[UUID, PersonaRow]: ...
    async def sessions(self, ids: Collection[UUID], /) -> Mapping[UUID, SessionRow]: ...
    async def commands(self, ids: Collection[UUID], /) -> Mapping[UUID, CommandRow]: ...
    async def files_changed(self, ids: Collection[UUID], /) -> Mapping[UUID, tuple[ChangedFile, ...]]: ...
    async def output_erasures(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[OutputErasureRow]]: ...
    async def tasks(self, ids: Collection[UUID], /) -> Mapping[UUID, TaskRow]: ...
    async def task_links(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[TaskLinkRow]]: ...
    async def task_conflicts(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[TaskConflictRow]]: ...
    async def task_files(self, ids: Collection[UUID], /) -> Mapping[UUID, TaskFilesRow]: ...
    async def tokens(self, ids: Collection[UUID], /) -> Mapping[UUID, TokenRow]: ...
    async def waiting_sessions(self, ids: Collection[UUID], /) -> Mapping[UUID, QueuePlace]: ...
    async def waiting_commands(self, ids: Collection[UUID], /) -> Mapping[UUID, QueuePlace]: ...
    async def roles(self, user_id: UUID) -> Mapping[UUID, Role]: ...
    async def list_projects(self, visible_to: UUID | None, window: Window) -> Page[ProjectRow]: ...
    async def list_personas(self, project_id: UUID, window: Window, *, retired: bool) -> Page[PersonaRow]: ...
    async def list_sessions(
        self,
        visible_to: UUID | None,
        window: Window,
        *,
        project_id: UUID | None = None,
        states: Sequence[SessionState] = (),
        task_id: UUID | None = None,
    ) -> Page[SessionRow]: ...
    async def list_commands(self, session_id: UUID, window: Window) -> Page[CommandRow]: ...
    async def session_network(self, session_id: UUID) -> SessionNetwork: ...
    async def list_network_access(self, session_id: UUID, window: Window) -> Page[NetworkAccessRow]: ...
    async def list_tasks(
        self, visible_to: UUID | None, window: Window, chosen: TaskFilter, order: Order
    ) -> Page[TaskRow]: ...
    async def task_dependents(self, project_id: UUID, number: int) -> Sequence[TaskRow]: ...
    async def search_tasks(
        self, visible_to: UUID | None, window: Window, chosen: TaskFilter, text: str
    ) -> Page[TaskRow]: ...
    async def task_board(
        self, visible_to: UUID | None, chosen: TaskFilter, grouping: Grouping, shown: int
    ) -> Sequence[BoardColumn]: ...
    async def task_history(
        self, task_id: UUID, window: Window, *, fields: Collection[TaskField]
    ) -> Page[TaskHistoryRow]: ...
    async def task_work(self, task_id: UUID, window: Window) -> Page[TaskWorkRow]: ...
    async def work_usage(self, rows: Collection[TaskWorkRow], /) -> Mapping[UUID, WorkUsage]: ...
    async def list_tokens(self, user_id: UUID, window: Window) -> Page[TokenRow]: ...
    async def workers(self) -> Sequence[WorkerRow]: ...
    async def list_findings(
        self, visible_to: UUID | None, window: Window, *, worker_id: str | None
    ) -> Page[FindingRow]: ...
    async def usage(self, asked: UsageQuestion, limit: int) -> Sequence[UsagePoint]: ...
    async def usage_percentiles(
        self, asked: PercentileQuestion, limit: int, facts: int
    ) -> Sequence[PercentilePoint]: ...
    async def usage_top(self, asked: TopQuestion) -> TopList: ...
    async def usage_kept(self) -> Kept: ...
    async def task_funnel(
        self, asked: FunnelQuestion, limit: int
    ) -> tuple[Sequence[FunnelStep], Sequence[Dropped]]: ...
    async def page_of_facts(self, asked: Selection, after: After | None, limit: int) -> Sequence[FactRow]: ...
    async def list_model_calls(self, asked: Selection, window: Window) -> Page[UsageCallRow]: ...
    async def budgets(self, ids: Collection[UUID], /) -> Mapping[UUID, BudgetRow]: ...
    async def list_budgets(self, project_id: UUID | None, window: Window) -> Page[BudgetRow]: ...
    async def list_reservations(self, budget_id: UUID, window: Window) -> Page[ReservationRow]: ...
    async def alert_rules(self, ids: Collection[UUID], /) -> Mapping[UUID, AlertRuleRow]: ...
    async def alerts(self, ids: Collection[UUID], /) -> Mapping[UUID, AlertRow]: ...
    async def silences(self, ids: Collection[UUID], /) -> Mapping[UUID, SilenceRow]: ...
    async def silenced_alerts(self, ids: Collection[UUID], /) -> Mapping[UUID, datetime]:
        """Until when; those that nothing silences are left out."""
        ...

    async def user_names(self, ids: Collection[UUID], /) -> Mapping[UUID, str]: ...
    async def project_members(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[MemberRow]]: ...
    async def list_alert_rules(self, chosen: AlertFilter, window: Window) -> Page[AlertRuleRow]: ...
    async def list_alerts(self, chosen: AlertFilter, window: Window) -> Page[AlertRow]: ...
    async def list_silences(self, chosen: AlertFilter, window: Window, *, ended: bool) -> Page[SilenceRow]: ...
    async def alert_deliveries(self, rule_id: UUID, alert_id: UUID | None, limit: int) -> Sequence[DeliveryRow]: ...
    async def alert_samples(self, project_id: UUID | None, condition: Condition, now: datetime) -> Sequence[Sample]: ...
    async def reports(self, ids: Collection[UUID], /) -> Mapping[UUID, ReportRow]: ...
    async def list_reports(
        self, visible_to: UUID | None, window: Window, project_id: UUID | None
    ) -> Page[ReportRow]: ...
    async def report_issues(self, ids: Collection[UUID], /) -> Mapping[UUID, ReportIssueRow]: ...
    async def list_report_issues(self, report_id: UUID, window: Window) -> Page[ReportIssueRow]: ...
    async def report_deliveries(self, issue_ids: Collection[UUID], /) -> Mapping[UUID, Sequence[ReportDeliveryRow]]: ...
    async def ids_ending_with(
        self, kind: Ended, suffix: str, project_id: UUID | None, limit: int
    ) -> Sequence[UUID]: ...
    async def happening_tallies(self, project_id: UUID, after: int) -> Sequence[TallyRow]: ...
    async def newest_happenings(self, project_id: UUID, after: int, of_each: int) -> Sequence[HappeningRow]: ...
    async def happened_by(self, project_id: UUID, moment: datetime) -> int: ...
    async def search_pieces(
        self, words: Words, chosen: SearchFilter, since: Place | None, limit: int
    ) -> Sequence[PieceRow]: ...
    async def positions(self) -> Sequence[PositionRow]: ...

    async def ask_read_model_check(self, check_id: UUID) -> None:
        """Has the read models compared with the log, under this id."""
        ...

    async def read_model_check(self, check_id: UUID) -> CheckRow | None: ...

    async def read_model_differences(self, check_id: UUID, after: int, limit: int) -> Sequence[DifferenceRow]: ...
    async def wait_for(self, position: int, *projections: str) -> None:
        """Returns when these projections have come as far. Raises UnavailableError when it takes too long."""
        ...


class ReadModels:
    def __init__(self, database: Database, watch: ProjectionWatch) -> None:
        self._database = database
        self._watch = watch

    async def projects(self, ids: Collection[UUID], /) -> Mapping[UUID, ProjectRow]:
        return await projects.load(self._database, ids)

    async def personas(self, ids: Collection[UUID], /) -> Mapping[UUID, PersonaRow]:
        return await personas.load(self._database, ids)

    async def sessions(self, ids: Collection[UUID], /) -> Mapping[UUID, SessionRow]:
        return await sessions.load(self._database, ids)

    async def commands(self, ids: Collection[UUID], /) -> Mapping[UUID, CommandRow]:
        return await commands.load(self._database, ids)

    async def files_changed(self, ids: Collection[UUID], /) -> Mapping[UUID, tuple[ChangedFile, ...]]:
        return await commands.load_files_changed(self._database, ids)

    async def output_erasures(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[OutputErasureRow]]:
        return await output_erasures.load(self._database, ids)

    async def tasks(self, ids: Collection[UUID], /) -> Mapping[UUID, TaskRow]:
        return await tasks.load(self._database, ids)

    async def task_links(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[TaskLinkRow]]:
        return await tasks.load_links(self._database, ids)

    async def task_conflicts(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[TaskConflictRow]]:
        return await task_files.load_conflicts(self._database, ids)

    async def task_files(self, ids: Collection[UUID], /) -> Mapping[UUID, TaskFilesRow]:
        return await task_files.load(self._database, ids)

    async def tokens(self, ids: Collection[UUID], /) -> Mapping[UUID, TokenRow]:
        return await tokens.load(self._database, ids)

    async def waiting_sessions(self, ids: Collection[UUID], /) -> Mapping[UUID, QueuePlace]:
        return await queue.of_sessions(self._database, ids)

    async def waiting_commands(self, ids: Collection[UUID], /) -> Mapping[UUID, QueuePlace]:
        return await queue.of_commands(self._database, ids)

    async def roles(self, user_id: UUID) -> Mapping[UUID, Role]:
        return await members.roles(self._database, user_id)

    async def project_members(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[MemberRow]]:
        return await members.load(self._database, ids)

    async def list_projects(self, visible_to: UUID | None, window: Window) -> Page[ProjectRow]:
        return await projects.list_visible(self._database, visible_to, window)

    async def list_personas(self, project_id: UUID, window: Window, *, retired: bool) -> Page[PersonaRow]:
        return await personas.list_of_project(self._database, project_id, window, retired=retired)

    async def list_sessions(
        self,
        visible_to: UUID | None,
        window: Window,
        *,
        project_id: UUID | None = None,
        states: Sequence[SessionState] = (),
        task_id: UUID | None = None,
    ) -> Page[SessionRow]:
        return await sessions.list_visible(
            self._database, visible_to, window, project_id=project_id, states=states, task_id=task_id
        )

    async def list_commands(self, session_id: UUID, window: Window) -> Page[CommandRow]:
        return await commands.list_of_session(self._database, session_id, window)

    async def session_network(self, session_id: UUID) -> SessionNetwork:
        return await network.own_list(self._database, session_id)

    async def list_network_access(self, session_id: UUID, window: Window) -> Page[NetworkAccessRow]:
        return await network.list_access(self._database, session_id, window)

    async def list_tasks(
        self, visible_to: UUID | None, window: Window, chosen: TaskFilter, order: Order
    ) -> Page[TaskRow]:
        return await tasks.list_visible(self._database, visible_to, window, chosen, order)

    async def task_dependents(self, project_id: UUID, number: int) -> Sequence[TaskRow]:
        return await tasks.dependents(self._database, project_id, number)

    async def search_tasks(
        self, visible_to: UUID | None, window: Window, chosen: TaskFilter, text: str
    ) -> Page[TaskRow]:
        return await tasks.search(self._database, visible_to, window, chosen, text)

    async def task_board(
        self, visible_to: UUID | None, chosen: TaskFilter, grouping: Grouping, shown: int
    ) -> Sequence[BoardColumn]:
        return await task_board.board(self._database, visible_to, chosen, grouping, shown)

    async def task_history(
        self, task_id: UUID, window: Window, *, fields: Collection[TaskField]
    ) -> Page[TaskHistoryRow]:
        return await task_history.list_of_task(self._database, task_id, window, fields)

    async def task_work(self, task_id: UUID, window: Window) -> Page[TaskWorkRow]:
        return await task_work.list_of_task(self._database, task_id, window)

    async def work_usage(self, rows: Collection[TaskWorkRow], /) -> Mapping[UUID, WorkUsage]:
        return await task_work.usage_of(self._database, rows)

    async def list_tokens(self, user_id: UUID, window: Window) -> Page[TokenRow]:
        return await tokens.list_of_user(self._database, user_id, window)

    async def list_findings(
        self, visible_to: UUID | None, window: Window, *, worker_id: str | None
    ) -> Page[FindingRow]:
        return await findings.list_visible(self._database, visible_to, window, worker_id=worker_id)

    async def workers(self) -> Sequence[WorkerRow]:
        return await workers.list_all(self._database)

    async def usage(self, asked: UsageQuestion, limit: int) -> Sequence[UsagePoint]:
        return await usage.series(self._database, asked, limit)

    async def usage_percentiles(self, asked: PercentileQuestion, limit: int, facts: int) -> Sequence[PercentilePoint]:
        return await usage_percentiles.percentiles(self._database, asked, limit, facts)

    async def usage_kept(self) -> Kept:
        return await usage_kept.kept(self._database)

    async def usage_top(self, asked: TopQuestion) -> TopList:
        return await usage_top.top(self._database, asked)

    async def task_funnel(self, asked: FunnelQuestion, limit: int) -> tuple[Sequence[FunnelStep], Sequence[Dropped]]:
        return await usage_funnel.funnel(self._database, asked, limit)

    async def page_of_facts(self, asked: Selection, after: After | None, limit: int) -> Sequence[FactRow]:
        return await usage_pages.page_of_facts(self._database, asked, after, limit)

    async def list_model_calls(self, asked: Selection, window: Window) -> Page[UsageCallRow]:
        return await usage.list_calls(self._database, asked, window)

    async def budgets(self, ids: Collection[UUID], /) -> Mapping[UUID, BudgetRow]:
        return await budgets.load(self._database, ids)

    async def list_budgets(self, project_id: UUID | None, window: Window) -> Page[BudgetRow]:
        return await budgets.list_of_project(self._database, project_id, window)

    async def list_reservations(self, budget_id: UUID, window: Window) -> Page[ReservationRow]:
        return await budgets.list_reservations(self._database, budget_id, window)

    async def alert_rules(self, ids: Collection[UUID], /) -> Mapping[UUID, AlertRuleRow]:
        return await alerts.load_rules(self._database, ids)

    async def alerts(self, ids: Collection[UUID], /) -> Mapping[UUID, AlertRow]:
        return await alerts.load_alerts(self._database, ids)

    async def silences(self, ids: Collection[UUID], /) -> Mapping[UUID, SilenceRow]:
        return await alerts.load_silences(self._database, ids)

    async def silenced_alerts(self, ids: Collection[UUID], /) -> Mapping[UUID, datetime]:
        return await alerts.silenced(self._database, ids, datetime.now(UTC))

    async def user_names(self, ids: Collection[UUID], /) -> Mapping[UUID, str]:
        return {each.id: each.name for each in (await users.load(self._database, ids)).values()}

    async def list_alert_rules(self, chosen: AlertFilter, window: Window) -> Page[AlertRuleRow]:
        return await alerts.list_rules(self._database, chosen, window)

    async def list_alerts(self, chosen: AlertFilter, window: Window) -> Page[AlertRow]:
        return await alerts.list_alerts(self._database, chosen, window)

    async def list_silences(self, chosen: AlertFilter, window: Window, *, ended: bool) -> Page[SilenceRow]:
        return await alerts.list_silences(self._database, chosen, window, ended=ended)

    async def alert_deliveries(self, rule_id: UUID, alert_id: UUID | None, limit: int) -> Sequence[DeliveryRow]:
        if alert_id is None:
            return await alerts.deliveries_of_rule(self._database, rule_id, limit)
        return await alerts.deliveries_of(self._database, alert_id, rule_id, limit)

    async def alert_samples(self, project_id: UUID | None, condition: Condition, now: datetime) -> Sequence[Sample]:
        return await alert_samples.samples(self._database, project_id, condition, now)

    async def reports(self, ids: Collection[UUID], /) -> Mapping[UUID, ReportRow]:
        return await reports.load(self._database, ids)

    async def list_reports(self, visible_to: UUID | None, window: Window, project_id: UUID | None) -> Page[ReportRow]:
        return await reports.list_visible(self._database, visible_to, window, project_id)

    async def report_issues(self, ids: Collection[UUID], /) -> Mapping[UUID, ReportIssueRow]:
        return await reports.load_issues(self._database, ids)

    async def list_report_issues(self, report_id: UUID, window: Window) -> Page[ReportIssueRow]:
        return await reports.list_issues(self._database, report_id, window)

    async def report_deliveries(self, issue_ids: Collection[UUID], /) -> Mapping[UUID, Sequence[ReportDeliveryRow]]:
        return await reports.load_deliveries(self._database, issue_ids)

    async def happening_tallies(self, project_id: UUID, after: int) -> Sequence[TallyRow]:
        return await happenings.tallies(self._database, project_id, after)

    async def newest_happenings(self, project_id: UUID, after: int, of_each: int) -> Sequence[HappeningRow]:
        return await happenings.newest(self._database, project_id, after, of_each)

    async def happened_by(self, project_id: UUID, moment: datetime) -> int:
        return await happenings.position_at(self._database, project_id, moment)

    async def search_pieces(
        self, words: Words, chosen: SearchFilter, since: Place | None, limit: int
    ) -> Sequence[PieceRow]:
        return await search.pieces(self._database, words, chosen, since, limit)

    async def positions(self) -> Sequence[PositionRow]:
        return await positions.list_all(self._database)

    async def ask_read_model_check(self, check_id: UUID) -> None:
        await read_model_checks.ask(self._database, check_id)

    async def read_model_check(self, check_id: UUID) -> CheckRow | None:
        return await read_model_checks.load(self._database, check_id)

    async def read_model_differences(self, check_id: UUID, after: int, limit: int) -> Sequence[DifferenceRow]:
        return await read_model_checks.differences(self._database, check_id, after, limit)

    async def wait_for(self, position: int, *projections: str) -> None:
        await self._watch.wait_for(position, projections, WAIT_SECONDS)

    async def ids_ending_with(self, kind: Ended, suffix: str, project_id: UUID | None, limit: int) -> Sequence[UUID]:
        return await ids_ending_with(self._database, kind, suffix, project_id, limit)
