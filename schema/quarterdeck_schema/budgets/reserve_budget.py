"""Reserving before a call of a model."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

import strawberry

from quarterdeck.application.budget_reservations import Asked, Reserved
from quarterdeck.domain.budget_ledger import Amount
from quarterdeck.domain.budget_reservation import LEASE
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.budgets.amounts import nano_dollars
from quarterdeck_schema.budgets.types import ReservationFate
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long

LEASE_SECONDS = int(LEASE.total_seconds())


@strawberry.input(description="What a call may take at most. `requestId`: the same again is answered as before.")
class ReserveBudgetInput:
    project_id: strawberry.ID
    request_id: str
    usd: Decimal | None = strawberry.UNSET
    tokens: Long | None = strawberry.UNSET
    session_id: strawberry.ID | None = strawberry.UNSET
    task_id: strawberry.ID | None = strawberry.UNSET
    persona: str = ""
    purpose: str = ""
    lease_seconds: int = strawberry.field(default=LEASE_SECONDS, description="After which it is given back by itself.")
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(description="Tell `recordModelUsage` its id to settle it, or give it back with `releaseBudget`.")
class ReserveBudgetPayload:
    reservation_id: strawberry.ID
    fate: ReservationFate
    expires_at: datetime
    budgets: int = strawberry.field(description="That it is reserved in; 0: none covers it.")
    position: Long = strawberry.field(description="0 where it was reserved before.")


ReserveBudgetResult = Annotated[ReserveBudgetPayload | Failure, strawberry.union("ReserveBudgetResult")]


@strawberry.type
class ReserveBudgetMutation:
    @mutation(
        "usage:write",
        "In every budget that covers it, or in none: BUDGET_EXHAUSTED where one is used up, LIMIT_EXCEEDED where "
        "others have reserved what is left. Make no call that nothing was reserved for.",
    )
    async def reserve_budget(self, info: Info, input: ReserveBudgetInput) -> ReserveBudgetResult:  # noqa: A002 - the argument's name
        session_id, task_id = given(input.session_id), given(input.task_id)
        asked = Asked(
            project_id=ids.decode_as("Project", input.project_id, "projectId"),
            request_id=input.request_id,
            amount=Amount(nano_dollars=nano_dollars(input.usd) or 0, tokens=given(input.tokens) or 0),
            purpose=input.purpose,
            persona=input.persona,
            session_id=ids.decode_as("Session", session_id, "sessionId") if session_id else None,
            task_id=ids.decode_as("Task", task_id, "taskId") if task_id else None,
            lease=timedelta(seconds=input.lease_seconds),
        )
        key = idempotency_key(info, input, input.idempotency_key)
        return payload_of(await info.context.services.reservations.reserve(info.context.caller, asked, key))


def payload_of(reserved: Reserved) -> ReserveBudgetPayload:
    made = reserved.reservation.made
    return ReserveBudgetPayload(
        reservation_id=ids.encode("BudgetReservation", reserved.id),
        fate=ReservationFate(reserved.reservation.fate.value),
        expires_at=made.expires_at,
        budgets=len(made.held),
        position=Long(reserved.position),
    )
