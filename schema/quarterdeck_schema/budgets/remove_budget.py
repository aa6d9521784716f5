"""Removing a budget."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema.budgets.shown import known_budget, shown_budget
from quarterdeck_schema.budgets.types import Budget
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class RemoveBudgetInput:
    budget_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RemoveBudgetPayload:
    budget_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def budget(self, info: Info) -> Budget:
        return await shown_budget(info, self.budget_id, self.position)


RemoveBudgetResult = Annotated[RemoveBudgetPayload | Failure, strawberry.union("RemoveBudgetResult")]


@strawberry.type
class RemoveBudgetMutation:
    @mutation("budget:write", "What it has paused goes on. Its periods are kept, should it be set again.")
    async def remove_budget(self, info: Info, input: RemoveBudgetInput) -> RemoveBudgetResult:  # noqa: A002 - the argument's name
        row = await known_budget(info, input.budget_id)
        changed = await info.context.services.budgets.remove(
            info.context.caller, row.project_id, row.id, key=idempotency_key(info, input, input.idempotency_key)
        )
        return RemoveBudgetPayload(budget_id=changed.budget_id, position=Long(changed.position))
