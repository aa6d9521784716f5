"""Asking for budgets."""

import strawberry

from quarterdeck.domain.errors import ForbiddenError
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_budget, watched_project
from quarterdeck_schema.arguments import given
from quarterdeck_schema.budgets.types import Budget, budget_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long


@strawberry.type
class BudgetQueries:
    @query("budget:read", "A project's, in the order in which they were set; null: those over all, for admins.")
    async def budgets(
        self,
        info: Info,
        project_id: strawberry.ID | None = None,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[Budget]:
        identifier = ids.decode_as("Project", project_id, "projectId") if project_id else None
        if identifier is not None:
            await watched_project(info.context, identifier)
        elif info.context.visible_to is not None:
            raise ForbiddenError("Budgets over all projects are for admins.", "Name a project of yours.")
        if (position := given(wait_for)) is not None:
            await info.context.services.reads.wait_for(position, "budgets")
        page = await info.context.services.reads.list_budgets(identifier, info.context.window(first, after))
        return connect(page, budget_of)

    @query("budget:read")
    async def budget(self, info: Info, id: strawberry.ID) -> Budget | None:  # noqa: A002 - the argument's name
        row = await visible_budget(info.context, ids.decode_as("Budget", id, "id"))
        return None if row is None else budget_of(row)
