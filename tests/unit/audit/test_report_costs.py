"""What a session cost, summed up from a record."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tests.support.records import PROJECT, SESSION, RecordMaker

from quarterdeck.audit.report.costs import costs
from quarterdeck.domain.prices import ModelPrice, PriceTable, PriceTableRevised, nano_dollars, price_of
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens


class Price(NamedTuple):
    nano_dollars: int | None


def price(table: PriceTable, provider: str, model: str, tokens: Tokens, at: datetime) -> Price:
    """A published price for one model: a nano-dollar a token."""
    own = price_of(table, provider, model, at)
    if own:
        return Price(nano_dollars(own, tokens))
    return Price(tokens.input_tokens if model == "known" else None)


def record(*models: str) -> RecordMaker:
    made = RecordMaker()
    made.open()
    for number, model in enumerate(models):
        used = ModelUsageRecorded(
            project_id=PROJECT, provider="p", response_id=str(number), model=model, tokens=Tokens(input_tokens=1000)
        )
        made.add(UUID(int=0x900 + number), used)
        made.add(UUID(int=0x990 + number), used, elsewhere=True)
    return made


def revised(made: RecordMaker, micro: int, project: UUID = PROJECT) -> None:
    prices = (ModelPrice(provider="p", model="own", input=micro, output=0),)
    made.add(UUID(int=0x800), PriceTableRevised(project_id=project, prices=prices), elsewhere=True, project=project)


def test_calls_of_the_session_alone_are_summed_up() -> None:
    found = costs(lambda: record("known", "known", "other").rows, SESSION, price)
    assert (found.nano_dollars, found.calls, found.unpriced, found.own_prices) == (2000, 3, 1, False)
    assert found.usd == "0.000002"


def test_the_projects_newest_prices_are_for_earlier_calls_too() -> None:
    made = record("own")
    revised(made, 1_000_000)
    revised(made, 20_000_000_000)
    revised(made, 5, project=UUID(int=77))
    found = costs(lambda: made.rows, SESSION, price)
    assert (found.usd, found.unpriced, found.own_prices) == ("20.00", 0, True)


def test_nothing_costs_nothing() -> None:
    assert costs(lambda: record().rows, SESSION, price).usd == "0.00"
