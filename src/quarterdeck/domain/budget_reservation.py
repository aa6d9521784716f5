"""A reservation: what a call may cost, kept free in every budget that covers it until it is settled, released or runs
out. A stream each, whose id is derived from the request's."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.budget import MAX_NANO_DOLLARS, MAX_TOKENS
from quarterdeck.domain.budget_ledger import Amount
from quarterdeck.domain.budget_period import Period
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError

LEASE = timedelta(minutes=10)
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=1)
MAX_REQUEST = 200
MAX_PURPOSE = 200
MAX_PERSONA = 200


@dataclass(frozen=True, kw_only=True)
class Held:
    """The amount is reserved in this budget's ledger of this period."""

    budget_id: UUID
    period: Period


@dataclass(frozen=True, kw_only=True)
class ReservationMade:
    TOPIC: ClassVar[str] = "ReservationMade"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID
    request_id: str
    user_id: UUID
    amount: Amount
    expires_at: datetime
    held: tuple[Held, ...]
    """Empty: no budget covers it."""
    purpose: str = ""
    persona: str = ""
    session_id: UUID | None = None
    task_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReservationSettled:
    TOPIC: ClassVar[str] = "ReservationSettled"
    SCHEMA_VERSION: ClassVar[int] = 1
    spent: Amount


@dataclass(frozen=True, kw_only=True)
class ReservationReleased:
    """`expired`: its lease had run out."""

    TOPIC: ClassVar[str] = "ReservationReleased"
    SCHEMA_VERSION: ClassVar[int] = 1
    expired: bool


ReservationEvent = ReservationMade | ReservationSettled | ReservationReleased


class Fate(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class NoReservation:
    pass


@dataclass(frozen=True, kw_only=True)
class Reservation:
    made: ReservationMade
    fate: Fate = Fate.OPEN


ReservationState = NoReservation | Reservation


def reservation_id(project_id: UUID, request_id: str) -> UUID:
    return uuid5(project_id, f"budget reservation:{request_id}")


def evolve(state: ReservationState, event: ReservationEvent) -> ReservationState:
    match event:
        case ReservationMade():
            return Reservation(made=event)
        case ReservationSettled():
            return replace(existing(state), fate=Fate.SETTLED)
        case ReservationReleased():
            return replace(existing(state), fate=Fate.EXPIRED if event.expired else Fate.RELEASED)
        case _:
            assert_never(event)


def existing(state: ReservationState) -> Reservation:
    if isinstance(state, NoReservation):
        raise no_reservation()
    return state


def no_reservation() -> NotFoundError:
    return NotFoundError("There is no such reservation.", "Reserve first, and name what that answered.")


def check(request_id: str, amount: Amount, purpose: str, persona: str, lease: timedelta) -> None:
    texts = (
        ("requestId", request_id, MAX_REQUEST),
        ("purpose", purpose, MAX_PURPOSE),
        ("persona", persona, MAX_PERSONA),
    )
    for name, text, most in texts:
        if len(text) > most or not text.isprintable():
            raise InvalidInputError(f"It is at most {most} printable characters.", "Shorten it.", field=name)
    if not request_id.strip():
        raise InvalidInputError("A reservation has an id of its request.", "Make one up for each.", field="requestId")
    if amount.nano_dollars < 0 or amount.tokens < 0 or not (amount.nano_dollars or amount.tokens):
        raise InvalidInputError("Nothing is to be reserved.", "Say dollars, tokens, or both.", field="usd")
    if amount.nano_dollars > MAX_NANO_DOLLARS or amount.tokens > MAX_TOKENS:
        raise InvalidInputError("So much cannot be reserved.", "Ask for what one call may cost.", field="usd")
    if not SHORTEST <= lease <= LONGEST:
        raise InvalidInputError(
            "A reservation lasts from a second to a day.", "Reserve again for each call.", field="leaseSeconds"
        )


def as_before(state: ReservationState, asked: ReservationMade) -> Reservation | None:
    """The same request made before; CONFLICT where it asked for something else."""
    if isinstance(state, NoReservation):
        return None
    same = replace(asked, expires_at=state.made.expires_at, held=state.made.held)
    if same != state.made:
        raise ConflictError(
            f"The request {asked.request_id[:60]!r} has reserved something else before.", "Use a new id for each."
        )
    return state


def is_due(state: ReservationState, now: datetime) -> bool:
    return isinstance(state, Reservation) and state.fate is Fate.OPEN and now >= state.made.expires_at
