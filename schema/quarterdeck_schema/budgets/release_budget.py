"""Giving back what was reserved for a call that is not made."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.budgets.types import ReservationFate
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class ReleaseBudgetInput:
    reservation_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ReleaseBudgetPayload:
    reservation_id: strawberry.ID
    fate: ReservationFate
    position: Long = strawberry.field(description="0 where nothing was left to be released.")


ReleaseBudgetResult = Annotated[ReleaseBudgetPayload | Failure, strawberry.union("ReleaseBudgetResult")]


@strawberry.type
class ReleaseBudgetMutation:
    @mutation("usage:write", "One that is settled, released or expired stays so.")
    async def release_budget(self, info: Info, input: ReleaseBudgetInput) -> ReleaseBudgetResult:  # noqa: A002 - the argument's name
        released = await info.context.services.reservations.release(
            info.context.caller,
            ids.decode_as("BudgetReservation", input.reservation_id, "reservationId"),
            idempotency_key(info, input, input.idempotency_key),
        )
        return ReleaseBudgetPayload(
            reservation_id=ids.encode("BudgetReservation", released.id),
            fate=ReservationFate(released.reservation.fate.value),
            position=Long(released.position),
        )
