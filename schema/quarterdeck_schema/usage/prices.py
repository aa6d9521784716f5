"""A project's prices, as the API shows and takes them: dollars for a million tokens."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

import strawberry

from quarterdeck.domain import prices
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema.arguments import given

MICRO = Decimal(10**6)


@strawberry.type(
    description=(
        "Dollars for a million tokens; null: as the kind that it is part of. A model's name may end with `*`. "
        "`since`: for calls from then on."
    )
)
class ModelPrice:
    provider: str
    model: str
    input: Decimal
    output: Decimal
    cache_read: Decimal | None
    cache_creation: Decimal | None
    reasoning: Decimal | None
    since: datetime | None


@strawberry.input(description="See ModelPrice.")
class ModelPriceInput:
    provider: str
    model: str
    input: Decimal
    output: Decimal
    cache_read: Decimal | None = strawberry.UNSET
    cache_creation: Decimal | None = strawberry.UNSET
    reasoning: Decimal | None = strawberry.UNSET
    since: datetime | None = strawberry.UNSET


@strawberry.type(description="`revision`: 0 where the project never had prices of its own.")
class PriceTable:
    revision: int
    prices: list[ModelPrice]


def shown_table(table: prices.PriceTable) -> PriceTable:
    return PriceTable(revision=table.revision, prices=[_shown(price) for price in table.prices])


def _shown(price: prices.ModelPrice) -> ModelPrice:
    def dollars(micro: int | None) -> Decimal | None:
        return None if micro is None else Decimal(micro) / MICRO

    return ModelPrice(
        provider=price.provider,
        model=price.model,
        input=Decimal(price.input) / MICRO,
        output=Decimal(price.output) / MICRO,
        cache_read=dollars(price.cache_read),
        cache_creation=dollars(price.cache_creation),
        reasoning=dollars(price.reasoning),
        since=price.since,
    )


def price_of(asked: ModelPriceInput, number: int) -> prices.ModelPrice:
    def optional(name: str, dollars: Decimal | None) -> int | None:
        known = given(dollars)
        return None if known is None else _micro(known, f"prices.{number}.{name}")

    return prices.ModelPrice(
        provider=asked.provider,
        model=asked.model,
        input=_micro(asked.input, f"prices.{number}.input"),
        output=_micro(asked.output, f"prices.{number}.output"),
        cache_read=optional("cacheRead", asked.cache_read),
        cache_creation=optional("cacheCreation", asked.cache_creation),
        reasoning=optional("reasoning", asked.reasoning),
        since=given(asked.since),
    )


def _micro(dollars: Decimal, field: str) -> int:
    """Exactly: what has no whole micro-dollars is refused and never rounded."""
    try:
        micro = dollars * MICRO
        whole = micro.to_integral_value()
    except InvalidOperation:
        whole = micro = Decimal("NaN")
    if not micro.is_finite() or whole != micro or len(str(int(whole))) > 18:
        raise InvalidInputError(
            f"{str(dollars)[:40]} is no price.",
            "Write dollars for a million tokens, with up to 6 decimals.",
            field=field,
        )
    return int(whole)
