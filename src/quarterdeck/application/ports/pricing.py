"""What a call of a model costs."""

from datetime import datetime
from typing import Protocol

from quarterdeck.domain.prices import PriceTable
from quarterdeck.domain.usage import Tokens


class Price(Protocol):
    @property
    def nano_dollars(self) -> int | None:
        """None: there is no price for the model."""
        ...


class Pricing(Protocol):
    def __call__(self, table: PriceTable, provider: str, model: str, tokens: Tokens, at: datetime, /) -> Price:
        """By the project's table, then by published prices. The first call may take a moment: ask in a thread."""
        ...
