"""Following a project's budgets."""

from collections.abc import AsyncIterator
from typing import get_args
from uuid import UUID

import msgspec
import strawberry

from quarterdeck.application.ports.log import EventFilter, RawEvent
from quarterdeck.domain.budget import BudgetEvent
from quarterdeck.domain.budget_ledger import LedgerEvent
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.budgets.shown import shown_budget
from quarterdeck_schema.budgets.types import Budget
from quarterdeck_schema.context import Info
from quarterdeck_schema.events.subscriptions import position_of, visible_events
from quarterdeck_schema.requires import described, subscription
from quarterdeck_schema.scalars import START, Long

TOPICS = frozenset(cls.TOPIC for cls in (*get_args(BudgetEvent), *get_args(LedgerEvent)))


class _Account(msgspec.Struct):
    budget_id: UUID


class _Named(msgspec.Struct):
    """What of a payload says which budget it is about."""

    budget_id: UUID | None = None
    account: _Account | None = None


@strawberry.type(description="Something happened to a budget. `position` is the cursor to go on after.")
class BudgetChanged:
    identifier: strawberry.Private[UUID]
    position: Long
    topic: str = strawberry.field(description="The event's.")
    budget_id: strawberry.ID

    @described("As it is now, which may be later than `position`.")
    async def budget(self, info: Info) -> Budget:
        return await shown_budget(info, self.identifier, self.position)


@strawberry.type
class BudgetSubscriptions:
    @subscription(
        "budget:read",
        "What happens to a project's budgets after a position, what is spent and reserved too: stored, then live. "
        "Does not end.",
    )
    async def budget_changed(
        self, info: Info, project_id: strawberry.ID, after: Long | None = START
    ) -> AsyncIterator[BudgetChanged]:
        identifier, start = ids.decode_as("Project", project_id, "projectId"), position_of(after)
        await watched_project(info.context, identifier)
        return _changes(info, start, identifier)


async def _changes(info: Info, after: int, project_id: UUID) -> AsyncIterator[BudgetChanged]:
    async for raw in visible_events(info.context, after, EventFilter(project_ids={project_id}, topics=TOPICS)):
        if identifier := _budget_of(raw):
            yield BudgetChanged(
                identifier=identifier,
                position=Long(raw.position),
                topic=raw.topic,
                budget_id=ids.encode("Budget", identifier),
            )


def _budget_of(raw: RawEvent) -> UUID | None:
    """None: its payload was erased."""
    if raw.payload is None:
        return None
    named = msgspec.json.decode(raw.payload, type=_Named)
    return named.budget_id or (named.account.budget_id if named.account else None)
