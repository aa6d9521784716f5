"""Which objects a caller may see: those of the projects they are a member of. Checked here for every read.

A foreign object and one that does not exist take the same steps and give the same answer.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Protocol, TypeVar
from uuid import UUID

from quarterdeck.application.access import no_command, no_project, no_session, permitted
from quarterdeck.application.streams import COMMAND, PROJECT, SESSION
from quarterdeck.domain.budget import Covers
from quarterdeck.domain.command import CommandState, NoCommand
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.project import NoProject, Role
from quarterdeck.domain.session_state import NoSession
from quarterdeck_projections.queries.alerts import AlertRow, AlertRuleRow, SilenceRow
from quarterdeck_projections.queries.budgets import BudgetRow
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_projections.queries.projects import ProjectRow
from quarterdeck_projections.queries.reports import ReportRow
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_projections.queries.tasks import TaskRow
from quarterdeck_schema.context import RequestContext

NOWHERE = UUID(int=0)


class InProject(Protocol):
    @property
    def project_id(self) -> UUID | None: ...


RowT = TypeVar("RowT", bound=InProject)


async def roles_of(context: RequestContext) -> Mapping[UUID, Role] | None:
    """The caller's role by project; None for one who has all."""
    user_id = context.visible_to
    return None if user_id is None else await context.services.reads.roles(user_id)


async def visible_project(context: RequestContext, project_id: UUID) -> ProjectRow | None:
    row, roles = await asyncio.gather(context.project(project_id), roles_of(context))
    return row if roles is None or project_id in roles else None


async def visible_persona(context: RequestContext, persona_id: UUID) -> PersonaRow | None:
    return await _visible(context, context.persona(persona_id))


async def visible_budget(context: RequestContext, budget_id: UUID) -> BudgetRow | None:
    """One over all projects is admins', and that of a user theirs."""
    row, roles = await asyncio.gather(context.budget(budget_id), roles_of(context))
    if row is None or roles is None:
        return row
    scope = row.budget.scope
    own = scope.covers is Covers.USER and scope.subject == str(context.caller.user_id)
    return row if (scope.project_id in roles if scope.project_id else own) else None


async def visible_report(context: RequestContext, report_id: UUID) -> ReportRow | None:
    """Of all projects: the owner's alone. Nothing of one that was removed."""
    row, roles = await asyncio.gather(context.report(report_id), roles_of(context))
    if row is None or row.removed_at is not None:
        return None
    if row.project_id is None:
        return row if context.visible_to in {None, row.owner_id} else None
    return row if roles is None or row.project_id in roles else None


async def visible_session(context: RequestContext, session_id: UUID) -> SessionRow | None:
    return await _visible(context, context.session(session_id))


async def visible_command(context: RequestContext, command_id: UUID) -> CommandRow | None:
    return await _visible(context, context.command(command_id))


async def visible_task(context: RequestContext, identifier: UUID) -> TaskRow | None:
    return await _visible(context, context.task(identifier))


async def visible_alert_rule(context: RequestContext, rule_id: UUID) -> AlertRuleRow | None:
    return await _visible(context, context.alert_rule(rule_id))


async def visible_alert(context: RequestContext, alert_id: UUID) -> AlertRow | None:
    return await _visible(context, context.alert(alert_id))


async def visible_silence(context: RequestContext, silence_id: UUID) -> SilenceRow | None:
    return await _visible(context, context.silence(silence_id))


async def _visible(context: RequestContext, loading: Awaitable[RowT | None]) -> RowT | None:
    row, roles = await asyncio.gather(loading, roles_of(context))
    return row if row is not None and (roles is None or row.project_id in roles) else None


async def watched_session(context: RequestContext, session_id: UUID) -> None:
    """NOT_FOUND unless the caller may see the session, by the log: it may be newer than the read model."""
    state = (await SESSION.load(context.services.log, session_id)).state
    await _permit(context, NOWHERE if isinstance(state, NoSession) else state.project_id, no_session())


async def watched_command(context: RequestContext, command_id: UUID) -> CommandState:
    """The command as the log has it now, or NOT_FOUND."""
    state = (await COMMAND.load(context.services.log, command_id)).state
    await _permit(context, NOWHERE if isinstance(state, NoCommand) else state.request.project_id, no_command())
    return state


async def watched_project(context: RequestContext, project_id: UUID) -> None:
    await _permit(context, project_id, no_project())


async def _permit(context: RequestContext, project_id: UUID, missing: NotFoundError) -> None:
    home = (await PROJECT.load(context.services.log, project_id)).state
    permitted(context.caller, NoProject() if project_id == NOWHERE else home, Role.VIEWER, missing)
