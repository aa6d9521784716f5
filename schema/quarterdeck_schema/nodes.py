"""Any object by its global id."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.access import (
    visible_alert,
    visible_alert_rule,
    visible_budget,
    visible_command,
    visible_persona,
    visible_project,
    visible_report,
    visible_session,
    visible_silence,
    visible_task,
)
from quarterdeck_schema.alerts.types import alert_of, rule_of, silence_of
from quarterdeck_schema.budgets.types import budget_of
from quarterdeck_schema.commands.types import command_of
from quarterdeck_schema.context import Info, RequestContext
from quarterdeck_schema.identity.types import token_of
from quarterdeck_schema.node import Node
from quarterdeck_schema.personas.types import persona_of
from quarterdeck_schema.projects.types import project_of
from quarterdeck_schema.reports.types import report_of
from quarterdeck_schema.requires import ANYBODY, check_scope, query
from quarterdeck_schema.sessions.types import session_of
from quarterdeck_schema.tasks.types import task_of


async def _project(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_project(context, identifier)
    return None if row is None else project_of(row)


async def _persona(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_persona(context, identifier)
    return None if row is None else persona_of(row)


async def _budget(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_budget(context, identifier)
    return None if row is None else budget_of(row)


async def _session(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_session(context, identifier)
    return None if row is None else session_of(row)


async def _command(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_command(context, identifier)
    return None if row is None else command_of(row)


async def _task(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_task(context, identifier)
    return None if row is None else task_of(row)


async def _report(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_report(context, identifier)
    return None if row is None else report_of(row)


async def _token(context: RequestContext, identifier: UUID) -> Node | None:
    row = (await context.services.reads.tokens([identifier])).get(identifier)
    return None if row is None or row.user_id != context.caller.user_id else token_of(row)


async def _alert_rule(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_alert_rule(context, identifier)
    return None if row is None else rule_of(row)


async def _alert(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_alert(context, identifier)
    return None if row is None else alert_of(row)


async def _silence(context: RequestContext, identifier: UUID) -> Node | None:
    row = await visible_silence(context, identifier)
    return None if row is None else silence_of(row)


Find = Callable[[RequestContext, UUID], Awaitable[Node | None]]

NODES: dict[str, tuple[str, Find]] = {
    "Project": ("project:read", _project),
    "Persona": ("project:read", _persona),
    "Budget": ("budget:read", _budget),
    "Session": ("session:read", _session),
    "Command": ("session:read", _command),
    "Task": ("task:read", _task),
    "AlertRule": ("alert:read", _alert_rule),
    "Alert": ("alert:read", _alert),
    "Silence": ("alert:read", _silence),
    "Report": ("report:read", _report),
    "Token": ("token:read", _token),
}
"""By type: the scope that it takes, and how it is found."""


@strawberry.type
class NodeQueries:
    @query(ANYBODY)
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - the argument's name
        type_name, identifier = ids.decode(id)
        if type_name not in NODES:
            return None
        scope, find = NODES[type_name]
        check_scope(info.context, scope)
        return await find(info.context, identifier)
