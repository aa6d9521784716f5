"""What a call cost: by the project's own table, then by the published prices of `genai-prices`.

The library is loaded when the first call is priced: it takes 0.3 s and 80 MB. Its prices are those of the installed
release; nothing is fetched.
"""

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.domain.prices import PriceTable, nano_dollars, price_of
from quarterdeck.domain.usage import Tokens

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

NANO = 10**9
_NAMES = {"azure.ai.inference": "azure", "azure.ai.openai": "azure", "gcp.gen_ai": "google", "x_ai": "x-ai"}
"""Providers by the conventions' names, where the library does not know those by itself."""


class Price(NamedTuple):
    nano_dollars: int | None
    """None: there is no price for the model."""
    version: str
    """`project:<revision>` or `genai-prices:<version>`; empty where there is none."""


UNKNOWN = Price(None, "")


def priced(table: PriceTable, provider: str, model: str, tokens: Tokens, at: datetime) -> Price:
    own = price_of(table, provider, model, at)
    if own is not None:
        return Price(nano_dollars(own, tokens), f"project:{table.revision}")
    return _published(provider, model, tokens, at)


def _published(provider: str, model: str, tokens: Tokens, at: datetime) -> Price:
    from genai_prices import Usage, __version__

    found = _find(provider, model)
    if found is None:
        return UNKNOWN
    usage = Usage(
        input_tokens=tokens.input_tokens,
        cache_read_tokens=tokens.cache_read_input_tokens,
        cache_write_tokens=tokens.cache_creation_input_tokens,
        output_tokens=tokens.output_tokens,
    )
    try:
        price = found[1].calc_price(usage, found[0], genai_request_timestamp=at, auto_update_timestamp=None)
    except (LookupError, ValueError):
        # a kind of tokens that the model has no price for
        return UNKNOWN
    return Price(int((price.total_price * NANO).to_integral_value()), f"genai-prices:{__version__}")


@lru_cache(maxsize=4096)
def _find(provider: str, model: str) -> "tuple[Provider, ModelInfo] | None":
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(model, None, _NAMES.get(provider, provider), None)
    except LookupError:
        return None
