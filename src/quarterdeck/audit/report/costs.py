"""What a session's calls of models cost, by a record alone: tokens are in it, and prices are applied when it is read.

A project's own prices are in its log, so a bundle of the project or of all has them. Others are the published ones that
come with this release.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.application.ports.pricing import Pricing
from quarterdeck.audit.records.entry import Entry
from quarterdeck.domain import prices
from quarterdeck.domain.prices import NO_PRICES, PriceTable, PriceTableRevised
from quarterdeck.domain.usage import ModelUsageRecorded

NANO = 10**9
CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Costs:
    nano_dollars: int
    calls: int
    unpriced: int
    """Of the calls, those of models that have no price."""
    own_prices: bool
    """The project's own went before the published ones."""

    @property
    def usd(self) -> str:
        """In dollars, and below a cent with as many digits as it takes."""
        amount = Decimal(self.nano_dollars) / NANO
        return f"{amount:,.2f}" if amount == 0 or amount >= CENT else f"{amount:.9f}".rstrip("0")


def costs(rows: Callable[[], Iterable[RawEvent]], session: UUID, price: Pricing) -> Costs:
    """`rows`: gives those of a record, as often as it is asked."""
    table, calls, unpriced, sum_ = _table(rows(), session), 0, 0, 0
    for row in rows():
        if row.topic != ModelUsageRecorded.TOPIC or row.envelope.session_id != session:
            continue
        told = Entry(row=row).event
        if isinstance(told, ModelUsageRecorded):
            at = told.occurred_at or row.envelope.recorded_at
            found = price(table, told.provider, told.model, told.tokens, at).nano_dollars
            calls, unpriced, sum_ = calls + 1, unpriced + (found is None), sum_ + (found or 0)
    return Costs(nano_dollars=sum_, calls=calls, unpriced=unpriced, own_prices=table.revision > 0)


def _table(rows: Iterable[RawEvent], session: UUID) -> PriceTable:
    """The newest of the session's project that the record has: it is for earlier calls, too."""
    tables: dict[UUID, PriceTable] = {}
    project: UUID | None = None
    for row in rows:
        if row.envelope.session_id == session:
            project = project or row.envelope.project_id
        if row.topic == PriceTableRevised.TOPIC and isinstance(event := Entry(row=row).event, PriceTableRevised):
            tables[event.project_id] = prices.evolve(tables.get(event.project_id, NO_PRICES), event)
    return tables.get(project, NO_PRICES) if project else NO_PRICES
