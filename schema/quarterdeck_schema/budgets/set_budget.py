"""Setting a budget."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.budget import AtLimit, Covers, Scope, Terms
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.budgets.amounts import nano_dollars
from quarterdeck_schema.budgets.shown import shown_budget
from quarterdeck_schema.budgets.types import Budget, BudgetAtLimit, BudgetEvery
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input(
    description=(
        "Of user, persona, session and task at most one; none: everything of the project, or without one of all "
        "projects, which is for admins."
    )
)
class SetBudgetInput:
    project_id: strawberry.ID | None = strawberry.UNSET
    user_id: strawberry.ID | None = strawberry.UNSET
    persona: str | None = strawberry.UNSET
    session_id: strawberry.ID | None = strawberry.UNSET
    task_id: strawberry.ID | None = strawberry.UNSET
    every: BudgetEvery
    time_zone: str = strawberry.field(default="UTC", description="As in Europe/Berlin.")
    usd: Decimal | None = strawberry.UNSET
    tokens: Long | None = strawberry.UNSET
    at_limit: BudgetAtLimit = BudgetAtLimit.PAUSE
    warn_percent: int = 80
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SetBudgetPayload:
    budget_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def budget(self, info: Info) -> Budget:
        return await shown_budget(info, self.budget_id, self.position)


SetBudgetResult = Annotated[SetBudgetPayload | Failure, strawberry.union("SetBudgetResult")]


@strawberry.type
class SetBudgetMutation:
    @mutation("budget:write", "The one of the same scope and kind of period is revised: what is spent stays spent.")
    async def set_budget(self, info: Info, input: SetBudgetInput) -> SetBudgetResult:  # noqa: A002 - the argument's name
        terms = Terms(
            nano_dollars=nano_dollars(input.usd),
            tokens=given(input.tokens),
            at_limit=AtLimit(input.at_limit.value),
            warn_percent=input.warn_percent,
        )
        changed = await info.context.services.budgets.set(
            info.context.caller,
            _scope(input),
            Every(input.every.value),
            input.time_zone,
            terms,
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SetBudgetPayload(budget_id=changed.budget_id, position=Long(changed.position))


def _scope(asked: SetBudgetInput) -> Scope:
    project_id = given(asked.project_id)
    home = ids.decode_as("Project", project_id, "projectId") if project_id else None
    kinds = (
        (Covers.USER, "User", "userId", given(asked.user_id)),
        (Covers.SESSION, "Session", "sessionId", given(asked.session_id)),
        (Covers.TASK, "Task", "taskId", given(asked.task_id)),
    )
    named = [(covers, str(ids.decode_as(kind, text, field))) for covers, kind, field, text in kinds if text]
    if (persona := given(asked.persona)) is not None:
        named.append((Covers.PERSONA, persona))
    if len(named) > 1:
        raise InvalidInputError("A budget covers one of these.", "Set one for each.", field="userId")
    covers, subject = named[0] if named else (Covers.EVERYTHING, "")
    return Scope(project_id=home, covers=covers, subject=subject)
