"""A round's view of budgets' ledgers: read once, and written on by one caller after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import cast
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.streams import LEDGER, Loaded
from quarterdeck.domain import budget, budget_ledger
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.budget import Budget, Budgets, Subject
from quarterdeck.domain.budget_ledger import Account, LedgerEvent
from quarterdeck.domain.budget_period import Period, period_at
from quarterdeck.domain.errors import ConflictError, UnavailableError


@dataclass(frozen=True, kw_only=True)
class Place:
    """A budget's period. `budget`: by which it is opened, where it may be that nobody has yet."""

    budget_id: UUID
    period: Period
    budget: Budget | None = None

    @cached_property
    def ledger_id(self) -> UUID:
        return budget.ledger_id(self.budget_id, self.period)


# those who are decided on together ask for the same ones
@lru_cache(maxsize=1024)
def place_of(known: Budget, at: datetime) -> Place:
    period = period_at(known.every, known.time_zone, at)
    return Place(budget_id=known.id, period=period, budget=known)


class Pages:
    """The ledgers of a round, as far as it has come."""

    def __init__(
        self, books: Mapping[UUID, Loaded[Budgets]], ledgers: Mapping[UUID, tuple[int, Account | None]]
    ) -> None:
        self._books, self._ledgers = books, dict(ledgers)
        self._drafted: dict[UUID, tuple[int, list[LedgerEvent], Account]] = {}

    def book(self, project_id: UUID | None) -> Loaded[Budgets]:
        """The list of the project's budgets; None: of those over all."""
        return self._books[budget.budgets_id(project_id)]

    def covering(self, subject: Subject) -> tuple[Budget, ...]:
        books = [self.book(subject.project_id).state, self.book(None).state]
        return budget.covering(books, subject)

    def account(self, place: Place) -> Account:
        """As it stands, opened where nobody has yet."""
        drafted = self._drafted.get(place.ledger_id)
        known = drafted[2] if drafted else self._ledgers.get(place.ledger_id, (0, None))[1]
        if known is not None:
            return known
        if place.budget is None:
            raise UnavailableError("A ledger that was posted to is not in the log.", "Run `qd audit verify`.")
        return self.post(place, budget_ledger.open_period(None, place.budget, place.period))

    def post(self, place: Place, events: Sequence[LedgerEvent]) -> Account:
        """Notes the events for the caller whose turn it is; the account after them."""
        version, before, _ = self._drafted.get(place.ledger_id) or (self._version(place.ledger_id), [], None)
        if not events:
            return self.account(place)
        after = events[-1].account
        self._drafted[place.ledger_id] = (version, [*before, *events], after)
        return after

    def take(self) -> list[StreamWrite]:
        """What was noted, which those after it build on."""
        writes: list[StreamWrite] = []
        for stream_id, (version, events, account) in self._drafted.items():
            writes.append(
                StreamWrite(
                    stream_id=stream_id,
                    expected_version=version,
                    events=tuple(events),
                    # nobody's project: its figures are for admins alone
                    project_id=account.scope.project_id or budget.ALL_PROJECTS,
                )
            )
            self._ledgers[stream_id] = (version + len(events), account)
        self._drafted = {}
        return writes

    def drop(self) -> None:
        """The caller is refused, and posts nothing."""
        self._drafted = {}

    def _version(self, ledger_id: UUID) -> int:
        return self._ledgers.get(ledger_id, (0, None))[0]


class UnreadableLedgerError(ConflictError):
    """The last event of a budget's ledger was erased, or a newer release wrote it."""


def account_of(event: LoggedEvent) -> Account | None:
    if isinstance(event.event, (UnknownEvent, ErasedEvent)):
        raise UnreadableLedgerError(
            f"The ledger of a budget cannot be read: see position {event.position} of the log.",
            "A newer release wrote it, or it was erased. Upgrade, or have the budget removed.",
        )
    return cast("LedgerEvent", event.event).account if isinstance(event.event, LEDGER.event_types) else None
