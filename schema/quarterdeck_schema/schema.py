"""The one schema."""

from typing import Any, cast

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from quarterdeck_schema.alerts.acknowledge_alert import AcknowledgeAlertMutation
from quarterdeck_schema.alerts.end_silence import EndSilenceMutation
from quarterdeck_schema.alerts.queries import AlertQueries
from quarterdeck_schema.alerts.remove_alert_rule import RemoveAlertRuleMutation
from quarterdeck_schema.alerts.send_test_alert import SendTestAlertMutation
from quarterdeck_schema.alerts.set_alert_rule import SetAlertRuleMutation
from quarterdeck_schema.alerts.set_silence import SetSilenceMutation
from quarterdeck_schema.alerts.subscriptions import AlertSubscriptions
from quarterdeck_schema.away.mark_read import MarkReadMutation
from quarterdeck_schema.away.queries import AwayQueries
from quarterdeck_schema.budgets.answer_budget import AnswerBudgetMutation
from quarterdeck_schema.budgets.queries import BudgetQueries
from quarterdeck_schema.budgets.release_budget import ReleaseBudgetMutation
from quarterdeck_schema.budgets.remove_budget import RemoveBudgetMutation
from quarterdeck_schema.budgets.reserve_budget import ReserveBudgetMutation
from quarterdeck_schema.budgets.set_budget import SetBudgetMutation
from quarterdeck_schema.budgets.subscriptions import BudgetSubscriptions
from quarterdeck_schema.commands.cancel_command import CancelCommandMutation
from quarterdeck_schema.commands.queries import CommandQueries
from quarterdeck_schema.commands.resize_command import ResizeCommandMutation
from quarterdeck_schema.commands.run_command import RunCommandMutation
from quarterdeck_schema.commands.send_input import SendInputMutation
from quarterdeck_schema.commands.signal_command import SignalCommandMutation
from quarterdeck_schema.commands.subscriptions import CommandSubscriptions
from quarterdeck_schema.events.checkpoints import CheckpointQueries
from quarterdeck_schema.events.erase_from_log import EraseFromLogMutation
from quarterdeck_schema.events.queries import EventQueries
from quarterdeck_schema.events.subscriptions import EventSubscriptions
from quarterdeck_schema.events.tree import LogTreeQueries
from quarterdeck_schema.exports.export_workspace import ExportWorkspaceMutation
from quarterdeck_schema.failure import FailureHandler
from quarterdeck_schema.identity.issue_login_link import IssueLoginLinkMutation
from quarterdeck_schema.identity.issue_token import IssueTokenMutation
from quarterdeck_schema.identity.login import LoginMutation
from quarterdeck_schema.identity.queries import IdentityQueries
from quarterdeck_schema.identity.revoke_token import RevokeTokenMutation
from quarterdeck_schema.nodes import NodeQueries
from quarterdeck_schema.personas.define_persona import DefinePersonaMutation
from quarterdeck_schema.personas.queries import PersonaQueries
from quarterdeck_schema.personas.retire_persona import RetirePersonaMutation
from quarterdeck_schema.personas.revise_persona import RevisePersonaMutation
from quarterdeck_schema.projects.change_project_settings import ChangeProjectSettingsMutation
from quarterdeck_schema.projects.create_project import CreateProjectMutation
from quarterdeck_schema.projects.queries import ProjectQueries
from quarterdeck_schema.reports.queries import ReportQueries
from quarterdeck_schema.reports.remove_report import RemoveReportMutation
from quarterdeck_schema.reports.send_report import SendReportMutation
from quarterdeck_schema.reports.set_report import SetReportMutation
from quarterdeck_schema.scalars import SCALARS
from quarterdeck_schema.search.queries import SearchQueries
from quarterdeck_schema.sessions.change_session_network import ChangeSessionNetworkMutation
from quarterdeck_schema.sessions.close_session import CloseSessionMutation
from quarterdeck_schema.sessions.comparison import ComparisonQueries
from quarterdeck_schema.sessions.fork_session import ForkSessionMutation
from quarterdeck_schema.sessions.open_port import OpenPortMutation
from quarterdeck_schema.sessions.open_session import OpenSessionMutation
from quarterdeck_schema.sessions.pause_session import PauseSessionMutation
from quarterdeck_schema.sessions.queries import SessionQueries
from quarterdeck_schema.sessions.restore_workspace import RestoreWorkspaceMutation
from quarterdeck_schema.sessions.resume_session import ResumeSessionMutation
from quarterdeck_schema.sessions.write_file import WriteFileMutation
from quarterdeck_schema.system.check_read_models import CheckReadModelsMutation
from quarterdeck_schema.system.queries import SystemQueries
from quarterdeck_schema.system.read_model_checks import ReadModelCheckQueries
from quarterdeck_schema.task_files.resolve_task_conflict import ResolveTaskConflictMutation
from quarterdeck_schema.task_files.sync_tasks import SyncTasksMutation
from quarterdeck_schema.tasks.assign_task import AssignTaskMutation
from quarterdeck_schema.tasks.block_task import BlockTaskMutation
from quarterdeck_schema.tasks.change_task_status import ChangeTaskStatusMutation
from quarterdeck_schema.tasks.claim_task import ClaimTaskMutation
from quarterdeck_schema.tasks.create_task import CreateTaskMutation
from quarterdeck_schema.tasks.edit_task import EditTaskMutation
from quarterdeck_schema.tasks.link_task import LinkTaskMutation
from quarterdeck_schema.tasks.note_task_progress import NoteTaskProgressMutation
from quarterdeck_schema.tasks.queries import TaskQueries
from quarterdeck_schema.tasks.release_task import ReleaseTaskMutation
from quarterdeck_schema.tasks.renew_task import RenewTaskMutation
from quarterdeck_schema.tasks.start_task import StartTaskMutation
from quarterdeck_schema.tasks.subscriptions import TaskSubscriptions
from quarterdeck_schema.tasks.unlink_task import UnlinkTaskMutation
from quarterdeck_schema.usage.queries import UsageQueries
from quarterdeck_schema.usage.record_model_usage import RecordModelUsageMutation
from quarterdeck_schema.usage.revise_price_table import RevisePriceTableMutation
from quarterdeck_schema.workers.check_worker import CheckWorkerMutation
from quarterdeck_schema.workers.queries import WorkerQueries

QUERIES = (
    IdentityQueries,
    NodeQueries,
    SystemQueries,
    ReadModelCheckQueries,
    WorkerQueries,
    ProjectQueries,
    PersonaQueries,
    SessionQueries,
    ComparisonQueries,
    CommandQueries,
    SearchQueries,
    TaskQueries,
    EventQueries,
    CheckpointQueries,
    LogTreeQueries,
    UsageQueries,
    BudgetQueries,
    AlertQueries,
    ReportQueries,
    AwayQueries,
)
MUTATIONS = (
    LoginMutation,
    CreateProjectMutation,
    ChangeProjectSettingsMutation,
    DefinePersonaMutation,
    RevisePersonaMutation,
    RetirePersonaMutation,
    OpenSessionMutation,
    PauseSessionMutation,
    ResumeSessionMutation,
    ForkSessionMutation,
    RestoreWorkspaceMutation,
    WriteFileMutation,
    ExportWorkspaceMutation,
    CloseSessionMutation,
    ChangeSessionNetworkMutation,
    OpenPortMutation,
    RunCommandMutation,
    CancelCommandMutation,
    SignalCommandMutation,
    SendInputMutation,
    ResizeCommandMutation,
    CreateTaskMutation,
    EditTaskMutation,
    ClaimTaskMutation,
    StartTaskMutation,
    RenewTaskMutation,
    ReleaseTaskMutation,
    AssignTaskMutation,
    NoteTaskProgressMutation,
    ChangeTaskStatusMutation,
    BlockTaskMutation,
    LinkTaskMutation,
    UnlinkTaskMutation,
    SyncTasksMutation,
    ResolveTaskConflictMutation,
    CheckWorkerMutation,
    CheckReadModelsMutation,
    RecordModelUsageMutation,
    RevisePriceTableMutation,
    SetBudgetMutation,
    RemoveBudgetMutation,
    AnswerBudgetMutation,
    ReserveBudgetMutation,
    ReleaseBudgetMutation,
    SetAlertRuleMutation,
    RemoveAlertRuleMutation,
    SendTestAlertMutation,
    AcknowledgeAlertMutation,
    SetSilenceMutation,
    EndSilenceMutation,
    SetReportMutation,
    RemoveReportMutation,
    SendReportMutation,
    EraseFromLogMutation,
    IssueTokenMutation,
    IssueLoginLinkMutation,
    RevokeTokenMutation,
    MarkReadMutation,
)
SUBSCRIPTIONS = (CommandSubscriptions, TaskSubscriptions, BudgetSubscriptions, AlertSubscriptions, EventSubscriptions)

schema = strawberry.Schema(
    query=merge_types("Query", QUERIES),
    mutation=merge_types("Mutation", MUTATIONS),
    subscription=merge_types("Subscription", SUBSCRIPTIONS),
    config=StrawberryConfig(scalar_map=SCALARS),
    exception_handlers=[FailureHandler()],
)


def executable() -> GraphQLSchema:
    """The schema as graphql-core runs it."""
    found: GraphQLSchema = cast("Any", schema)._schema  # noqa: SLF001 - the library has no public name for it
    return found
