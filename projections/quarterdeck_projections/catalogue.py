"""Every projection there is."""

from quarterdeck_projections.alerts import ALERTS
from quarterdeck_projections.audit_trail import AUDIT_TRAIL
from quarterdeck_projections.budgets import BUDGETS
from quarterdeck_projections.commands import COMMANDS
from quarterdeck_projections.deliveries import DELIVERIES
from quarterdeck_projections.findings import FINDINGS
from quarterdeck_projections.happenings import HAPPENINGS
from quarterdeck_projections.network import NETWORK
from quarterdeck_projections.output_erasures import OUTPUT_ERASURES
from quarterdeck_projections.personas import PERSONAS
from quarterdeck_projections.projection import Projection
from quarterdeck_projections.projects import PROJECTS
from quarterdeck_projections.reports import REPORTS
from quarterdeck_projections.search.projection import SEARCH
from quarterdeck_projections.sessions import SESSIONS
from quarterdeck_projections.task_board import TASK_BOARD
from quarterdeck_projections.task_files import TASK_FILES
from quarterdeck_projections.tokens import TOKENS
from quarterdeck_projections.usage.projection import USAGE
from quarterdeck_projections.users import USERS

PROJECTIONS: tuple[Projection, ...] = (
    PROJECTS,
    PERSONAS,
    SESSIONS,
    COMMANDS,
    TASK_BOARD,
    TASK_FILES,
    BUDGETS,
    FINDINGS,
    NETWORK,
    REPORTS,
    USERS,
    TOKENS,
    ALERTS,
    DELIVERIES,
    AUDIT_TRAIL,
    HAPPENINGS,
    OUTPUT_ERASURES,
    USAGE,
    SEARCH,
)
