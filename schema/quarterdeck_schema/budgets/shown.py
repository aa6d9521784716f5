"""A budget right after a mutation."""

from uuid import UUID

from quarterdeck.domain.budget import no_budget
from quarterdeck_projections.queries.budgets import BudgetRow
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_budget
from quarterdeck_schema.budgets.types import Budget, budget_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown


async def shown_budget(info: Info, budget_id: UUID, position: int) -> Budget:
    return await shown(info, Budget, budget_id, info.context.budget, budget_of, position=position, projection="budgets")


async def known_budget(info: Info, text: str) -> BudgetRow:
    """The one that a mutation is about, or NOT_FOUND."""
    row = await visible_budget(info.context, ids.decode_as("Budget", text, "budgetId"))
    if row is None or row.removed_at is not None:
        raise no_budget()
    return row
