"""The tables of the read models, all in schema `read`. Only projections write them.

`position` is that of the event that made the row: the key of pages. No foreign keys: projections advance apart.
"""

from quarterdeck_projections.tables.alerts import Alert, AlertNotice, AlertRule, Silence
from quarterdeck_projections.tables.base import METADATA, NEXT_SCHEMA, SCHEMA, ReadModel, Time, table_of
from quarterdeck_projections.tables.budgets import Budget, BudgetPeriod, BudgetReservation
from quarterdeck_projections.tables.commands import Command, OutputErasure
from quarterdeck_projections.tables.deliveries import Delivery
from quarterdeck_projections.tables.identity import Token, User, UserRole
from quarterdeck_projections.tables.log import AuditEntry, Happening
from quarterdeck_projections.tables.projects import Member, Persona, Project
from quarterdeck_projections.tables.reports import Report, ReportIssue
from quarterdeck_projections.tables.search import SearchPiece
from quarterdeck_projections.tables.sessions import NetworkAccess, Session, SessionNetwork
from quarterdeck_projections.tables.tasks import Task, TaskConflict, TaskFiles, TaskHistory, TaskLink, TaskWork
from quarterdeck_projections.tables.upkeep import ProjectionPosition, ReadModelCheck, ReadModelDifference
from quarterdeck_projections.tables.workers import Finding

__all__ = [
    "METADATA",
    "NEXT_SCHEMA",
    "SCHEMA",
    "Alert",
    "AlertNotice",
    "AlertRule",
    "AuditEntry",
    "Budget",
    "BudgetPeriod",
    "BudgetReservation",
    "Command",
    "Delivery",
    "Finding",
    "Happening",
    "Member",
    "NetworkAccess",
    "OutputErasure",
    "Persona",
    "Project",
    "ProjectionPosition",
    "ReadModel",
    "ReadModelCheck",
    "ReadModelDifference",
    "Report",
    "ReportIssue",
    "SearchPiece",
    "Session",
    "SessionNetwork",
    "Silence",
    "Task",
    "TaskConflict",
    "TaskFiles",
    "TaskHistory",
    "TaskLink",
    "TaskWork",
    "Time",
    "Token",
    "User",
    "UserRole",
    "table_of",
]
