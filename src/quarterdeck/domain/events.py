"""Every event there is, by its stored topic. A test pins this table: a topic is never renamed or reused."""

from typing import get_args

from quarterdeck.domain.admission import AdmissionEvent
from quarterdeck.domain.alert import AlertEvent
from quarterdeck.domain.alert_notice import AlertNoticeMade
from quarterdeck.domain.alert_rule import AlertRuleEvent
from quarterdeck.domain.archive import ArchiveEvent
from quarterdeck.domain.budget import BudgetEvent
from quarterdeck.domain.budget_ledger import LedgerEvent
from quarterdeck.domain.budget_reservation import ReservationEvent
from quarterdeck.domain.checkpoint import CheckpointEvent
from quarterdeck.domain.command import CommandEvent
from quarterdeck.domain.delivery import DeliveryEvent
from quarterdeck.domain.erasure import ErasureEvent
from quarterdeck.domain.exports import WorkspaceExported
from quarterdeck.domain.idempotency import RequestAccepted
from quarterdeck.domain.identity import TokenEvent, UserEvent
from quarterdeck.domain.image_build import ImageBuildEvent
from quarterdeck.domain.network_access import NetworkAccessEvent
from quarterdeck.domain.persona import PersonaEvent
from quarterdeck.domain.preview import PreviewEvent
from quarterdeck.domain.prices import PriceTableRevised
from quarterdeck.domain.project import ProjectEvent
from quarterdeck.domain.reading import ReadingEvent
from quarterdeck.domain.report import ReportEvent
from quarterdeck.domain.report_issue import ReportIssueEvent
from quarterdeck.domain.session_events import SessionEvent
from quarterdeck.domain.session_network import SessionNetworkEvent
from quarterdeck.domain.session_task_files import SessionTaskFilesRead
from quarterdeck.domain.silence import SilenceEvent
from quarterdeck.domain.task_dependencies import TaskDependenciesDeclared
from quarterdeck.domain.task_events import TaskEvent
from quarterdeck.domain.task_files import TaskFilesEvent, TaskFilesFollowed
from quarterdeck.domain.usage import ModelUsageRecorded
from quarterdeck.domain.worker import WorkerEvent
from quarterdeck.domain.workspace import WorkspaceEvent

Event = (
    ProjectEvent
    | AdmissionEvent
    | PersonaEvent
    | SessionEvent
    | CommandEvent
    | WorkspaceEvent
    | ImageBuildEvent
    | SessionNetworkEvent
    | NetworkAccessEvent
    | ArchiveEvent
    | WorkspaceExported
    | TaskEvent
    | TaskDependenciesDeclared
    | TaskFilesFollowed
    | TaskFilesEvent
    | SessionTaskFilesRead
    | WorkerEvent
    | PreviewEvent
    | UserEvent
    | TokenEvent
    | ModelUsageRecorded
    | PriceTableRevised
    | DeliveryEvent
    | CheckpointEvent
    | BudgetEvent
    | LedgerEvent
    | ReservationEvent
    | AlertRuleEvent
    | AlertEvent
    | AlertNoticeMade
    | SilenceEvent
    | ReportEvent
    | ReportIssueEvent
    | ReadingEvent
    | ErasureEvent
    | RequestAccepted
)

EVENT_TYPES: dict[str, type[Event]] = {cls.TOPIC: cls for cls in get_args(Event)}
