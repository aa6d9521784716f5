"""Reservations that are open, folded from the log. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.budget_reservation import ReservationMade, ReservationReleased, ReservationSettled


@dataclass(frozen=True)
class OpenReservation:
    made: LoggedEvent
    expires_at: datetime


@dataclass
class Reserved:
    open: dict[UUID, OpenReservation] = field(default_factory=dict[UUID, OpenReservation])

    def apply(self, recorded: LoggedEvent) -> None:
        match recorded.event:
            case ReservationMade(expires_at=expires_at):
                self.open[recorded.stream_id] = OpenReservation(recorded, expires_at)
            case ReservationSettled() | ReservationReleased():
                self.open.pop(recorded.stream_id, None)
            case _:
                pass

    def due(self, now: datetime) -> list[tuple[UUID, OpenReservation]]:
        return [(identifier, each) for identifier, each in self.open.items() if now >= each.expires_at]

    def forget(self, identifier: UUID) -> None:
        self.open.pop(identifier, None)

    @property
    def positions(self) -> Iterator[int]:
        return (each.made.position for each in self.open.values())
