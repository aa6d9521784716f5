"""A project's prices: which entry is taken, and what a call costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.prices import NO_PRICES, ModelPrice, PriceTable, evolve, nano_dollars, price_of, revise
from quarterdeck.domain.usage import Tokens

PROJECT = UUID(int=1)
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def price(model: str, since: datetime | None = None, amount: int = 1, provider: str = "p") -> ModelPrice:
    return ModelPrice(provider=provider, model=model, input=amount, output=amount, since=since)


@pytest.mark.parametrize(
    ("model", "taken"),
    [("gpt-5", "gpt-5"), ("gpt-5-mini", "gpt-5*"), ("gpt-4", "gpt-*"), ("claude", None), ("GPT-5", None)],
)
def test_the_closest_name_is_taken(model: str, taken: str | None) -> None:
    table = PriceTable(prices=(price("gpt-*"), price("gpt-5*"), price("gpt-5"), price("claude", provider="other")))
    found = price_of(table, "p", model, NOW)
    assert (found and found.model) == taken


def test_of_the_same_name_the_latest_that_has_begun_is_taken() -> None:
    table = PriceTable(prices=(price("m", NOW, 2), price("m", None, 1), price("m", NOW + timedelta(days=1), 3)))
    amounts = [price_of(table, "p", "m", NOW + timedelta(days=days)) for days in (-1, 0, 1)]
    assert [each and each.input for each in amounts] == [1, 2, 3]
    assert price_of(PriceTable(prices=(price("m", NOW),)), "p", "m", NOW - timedelta(days=1)) is None


COUNTS = st.integers(0, 10**9)


@given(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS), st.tuples(*[st.integers(0, 10**9)] * 5))
def test_a_call_costs_what_its_kinds_of_tokens_cost(
    counts: tuple[int, int, int, int, int], amounts: tuple[int, int, int, int, int]
) -> None:
    fresh, read, written, plain, reasoning = counts
    tokens = Tokens(
        input_tokens=fresh + read + written,
        cache_read_input_tokens=read,
        cache_creation_input_tokens=written,
        output_tokens=plain + reasoning,
        reasoning_output_tokens=reasoning,
    )
    keys = ("input", "cache_read", "cache_creation", "output", "reasoning")
    asked = ModelPrice(provider="p", model="m", **dict(zip(keys, amounts, strict=True)))  # type: ignore[arg-type]
    costs = (Decimal(count) * amount / 1000 for count, amount in zip(counts, amounts, strict=True))
    exact = sum(costs, start=Decimal(0))
    assert abs(nano_dollars(asked, tokens) - exact) <= Decimal("0.5")


def test_a_kind_without_a_price_costs_as_the_one_that_it_is_part_of() -> None:
    asked = ModelPrice(provider="p", model="m", input=3_000_000, output=15_000_000)
    tokens = Tokens(
        input_tokens=10,
        cache_read_input_tokens=4,
        cache_creation_input_tokens=3,
        output_tokens=5,
        reasoning_output_tokens=2,
    )
    assert nano_dollars(asked, tokens) == 10 * 3000 + 5 * 15000


def test_a_table_that_says_the_same_is_no_revision() -> None:
    [revised] = revise(NO_PRICES, PROJECT, [price("m")])
    table = evolve(NO_PRICES, revised)
    assert table.revision == 1
    assert revise(table, PROJECT, [price("m")]) == ()
    assert len(revise(table, PROJECT, [])) == 1


def test_a_table_that_was_revised_meanwhile_is_not_replaced() -> None:
    [revised] = revise(NO_PRICES, PROJECT, [price("m")], expected=0)
    table = evolve(NO_PRICES, revised)
    assert len(revise(table, PROJECT, [price("n")], expected=1)) == 1
    with pytest.raises(ConflictError, match="at revision 1 by now, and no longer at 0"):
        revise(table, PROJECT, [price("n")], expected=0)


def test_a_table_has_a_bound() -> None:
    with pytest.raises(InvalidInputError, match="at most 500"):
        revise(NO_PRICES, PROJECT, [price(f"m{number}") for number in range(501)])
