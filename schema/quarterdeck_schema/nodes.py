"""Any object by its global id."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.identity import allows
from quarterdeck_projections.queries.id_endings import Ended
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
    watched_project,
)
from quarterdeck_schema.alerts.types import alert_of, rule_of, silence_of
from quarterdeck_schema.arguments import given
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


ENDED = list(Ended)
"""Types whose objects are found by the end of their ids."""
FEWEST_DIGITS, MOST_DIGITS = 4, 32
MOST_FOUND = 100
LOOKED_AT = 500
"""Of each type, the newest that end so: those that the caller may not see are among them."""


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

    @query(
        ANYBODY,
        "Objects whose ids end with some hexadecimal digits, as `qd` shows them: of each type the newest first, as far "
        f"as the caller may see them. `types`: {', '.join(ENDED)}; by default all. `first`: of each type.",
    )
    async def nodes_ending_with(
        self,
        info: Info,
        suffix: str,
        types: list[str] | None = strawberry.UNSET,
        project_id: strawberry.ID | None = strawberry.UNSET,
        first: int = 20,
    ) -> list[Node]:
        digits = _digits(suffix)
        project = given(project_id)
        home = None if project is None else ids.decode_as("Project", project, "projectId")
        if home is not None:
            await watched_project(info.context, home)
        if not 1 <= first <= MOST_FOUND:
            raise InvalidInputError(f"It is 1 to {MOST_FOUND} objects of each type.", "Ask for fewer.", field="first")
        found = list[Node]()
        for name in dict.fromkeys(given(types) or ENDED):
            found += await _ending_with(info.context, name, digits, home, first)
        return found


def _digits(suffix: str) -> str:
    digits = suffix.replace("-", "").lower()
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise InvalidInputError(
            f"{suffix[:40]!r} is no end of an id.",
            f"Give {FEWEST_DIGITS} to {MOST_DIGITS} hexadecimal digits.",
            field="suffix",
        )
    return digits


async def _ending_with(
    context: RequestContext, name: str, digits: str, project_id: UUID | None, first: int
) -> list[Node]:
    if name not in ENDED:
        raise InvalidInputError(
            f"A {name[:40]!r} is not found by the end of its id.", f"It is {', '.join(ENDED)}.", field="types"
        )
    scope, find = NODES[name]
    if not allows(context.caller.scopes, scope):
        return []
    candidates = await context.services.reads.ids_ending_with(Ended(name), digits, project_id, LOOKED_AT)
    nodes = await asyncio.gather(*(find(context, each) for each in candidates))
    return [node for node in nodes if node is not None][:first]
