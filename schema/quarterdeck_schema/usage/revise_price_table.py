"""Revising a project's prices."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.prices import ModelPriceInput, PriceTable, price_of, shown_table


@strawberry.input
class RevisePriceTableInput:
    project_id: strawberry.ID
    prices: list[ModelPriceInput]
    expected_revision: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refused as a CONFLICT where the table has another one by now."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RevisePriceTablePayload:
    price_table: PriceTable
    position: Long


RevisePriceTableResult = Annotated[RevisePriceTablePayload | Failure, strawberry.union("RevisePriceTableResult")]


@strawberry.type
class RevisePriceTableMutation:
    @mutation("project:write", "Puts these prices in the place of the project's; all its calls are priced anew.")
    async def revise_price_table(
        self,
        info: Info,
        input: RevisePriceTableInput,  # noqa: A002 - the argument's name
    ) -> RevisePriceTableResult:
        outcome = await info.context.services.usage.revise_prices(
            info.context.caller,
            ids.decode_as("Project", input.project_id, "projectId"),
            [price_of(each, number) for number, each in enumerate(input.prices)],
            expected=given(input.expected_revision),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RevisePriceTablePayload(price_table=shown_table(outcome.state), position=Long(outcome.position))
