"""Prices of models: a project's own table, which goes before the published ones. Its stream is the project's.

Money is whole micro-dollars for a million tokens, and whole nano-dollars for a call: never a float.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.usage import MAX_NAME, Tokens

MAX_PRICES = 500
MAX_PRICE = 10**11
"""A hundred thousand dollars for a million tokens."""


def price_table_id(project_id: UUID) -> UUID:
    return uuid5(project_id, "price table")


@dataclass(frozen=True, kw_only=True)
class ModelPrice:
    """Micro-dollars for a million tokens of each kind; a kind that is left out costs as the one it is part of."""

    provider: str
    model: str
    """As it is recorded; with `*` at its end, all that begin so."""
    input: int
    output: int
    cache_read: int | None = None
    cache_creation: int | None = None
    reasoning: int | None = None
    since: datetime | None = None
    """For calls from then on; None: for all that no later one is for."""


@dataclass(frozen=True, kw_only=True)
class PriceTableRevised:
    """The project's whole table, as it is from now on: for what was recorded before, too."""

    TOPIC: ClassVar[str] = "PriceTableRevised"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID
    prices: tuple[ModelPrice, ...]


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    revision: int = 0
    """Counts from 1; 0: the project never had one."""
    prices: tuple[ModelPrice, ...] = ()


NO_PRICES = PriceTable()


def evolve(state: PriceTable, event: PriceTableRevised) -> PriceTable:
    return PriceTable(revision=state.revision + 1, prices=event.prices)


def revise(
    state: PriceTable, project_id: UUID, prices: Sequence[ModelPrice], expected: int | None = None
) -> tuple[PriceTableRevised, ...]:
    if expected is not None and expected != state.revision:
        raise ConflictError(
            f"The prices are at revision {state.revision} by now, and no longer at {expected}.",
            "Look at what was changed, and revise those.",
        )
    if state.prices == tuple(prices):
        return ()
    if len(prices) > MAX_PRICES:
        raise InvalidInputError(f"{len(prices)} prices are given; a table has at most {MAX_PRICES}.", field="prices")
    seen: set[tuple[str, str, datetime | None]] = set()
    for number, price in enumerate(prices):
        _check(price, f"prices.{number}.")
        key = (price.provider, price.model, price.since)
        if key in seen:
            raise InvalidInputError(
                f"There are two prices for {price.model[:60]} of {price.provider[:60]} from the same time on.",
                "Take one of them out.",
                field=f"prices.{number}",
            )
        seen.add(key)
    return (PriceTableRevised(project_id=project_id, prices=tuple(prices)),)


def price_of(table: PriceTable, provider: str, model: str, at: datetime) -> ModelPrice | None:
    """The price for a call: of the entries for it, that of the longest name, and of those the latest."""
    fitting = [price for price in table.prices if price.provider == provider and _fits(price, model, at)]
    return max(fitting, key=_rank, default=None)


def nano_dollars(price: ModelPrice, tokens: Tokens) -> int:
    """What the call cost, rounded half up to a whole nano-dollar."""
    fresh = tokens.input_tokens - tokens.cache_read_input_tokens - tokens.cache_creation_input_tokens
    plain = tokens.output_tokens - tokens.reasoning_output_tokens
    micro_per_million = (
        fresh * price.input
        + tokens.cache_read_input_tokens * _or(price.cache_read, price.input)
        + tokens.cache_creation_input_tokens * _or(price.cache_creation, price.input)
        + plain * price.output
        + tokens.reasoning_output_tokens * _or(price.reasoning, price.output)
    )
    return (micro_per_million + 500) // 1000


def _or(price: int | None, otherwise: int) -> int:
    return otherwise if price is None else price


def _fits(price: ModelPrice, model: str, at: datetime) -> bool:
    if price.since is not None and at < price.since:
        return False
    return model.startswith(price.model[:-1]) if price.model.endswith("*") else model == price.model


def _rank(price: ModelPrice) -> tuple[bool, int, float]:
    since = price.since.timestamp() if price.since else float("-inf")
    return (not price.model.endswith("*"), len(price.model), since)


def _check(price: ModelPrice, field: str) -> None:
    for name, text in (("provider", price.provider), ("model", price.model)):
        if not text.strip() or len(text) > MAX_NAME or not text.isprintable() or "*" in text[:-1]:
            raise InvalidInputError(
                f"{text[:60]!r} names no {name}; it is 1 to {MAX_NAME} printable characters, * at the end alone.",
                field=f"{field}{name}",
            )
    amounts = {
        "input": price.input,
        "output": price.output,
        "cacheRead": price.cache_read,
        "cacheCreation": price.cache_creation,
        "reasoning": price.reasoning,
    }
    for name, amount in amounts.items():
        if amount is not None and not 0 <= amount <= MAX_PRICE:
            raise InvalidInputError(
                f"{amount} is no price; it is 0 to {MAX_PRICE:,} micro-dollars for a million tokens.",
                "A dollar for a million tokens is 1000000.",
                field=f"{field}{name}",
            )
