"""Answering a budget that is used up."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.budget_ledger import Answer
from quarterdeck_schema.arguments import given
from quarterdeck_schema.budgets.amounts import nano_dollars
from quarterdeck_schema.budgets.shown import known_budget, shown_budget
from quarterdeck_schema.budgets.types import Budget, BudgetAnswer
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input(description="`usd` and `tokens` go with RAISE: the new limit, and not what is added to it.")
class AnswerBudgetInput:
    budget_id: strawberry.ID
    answer: BudgetAnswer
    usd: Decimal | None = strawberry.UNSET
    tokens: Long | None = strawberry.UNSET
    reason: str = ""
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class AnswerBudgetPayload:
    budget_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def budget(self, info: Info) -> Budget:
        return await shown_budget(info, self.budget_id, self.position)


AnswerBudgetResult = Annotated[AnswerBudgetPayload | Failure, strawberry.union("AnswerBudgetResult")]


@strawberry.type
class AnswerBudgetMutation:
    @mutation("budget:write", "What it has paused, and nobody else, goes on; or stays as it is until the period ends.")
    async def answer_budget(self, info: Info, input: AnswerBudgetInput) -> AnswerBudgetResult:  # noqa: A002 - the argument's name
        row = await known_budget(info, input.budget_id)
        changed = await info.context.services.budgets.answer(
            info.context.caller,
            row.project_id,
            row.id,
            Answer(input.answer.value),
            nano_dollars=nano_dollars(input.usd),
            tokens=given(input.tokens),
            reason=input.reason,
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return AnswerBudgetPayload(budget_id=changed.budget_id, position=Long(changed.position))
