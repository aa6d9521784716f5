"""A delivery: one message to one place, sent until it arrives or is given up.

Its id is derived from what is sent and to whom, so it is asked for once, and each sending of it carries the same id: a
receiver that gets it twice, since a sender died before it could say so, can tell. Who sends says so in the log before,
so two senders do not send at once. What is due and when is in the log alone.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, assert_never
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from quarterdeck.domain.errors import InvalidInputError

ATTEMPTS = 12
"""Spread over more than a day."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=8)
GROWTH = 3
LEASE = timedelta(minutes=3)
"""How long a sender has for one attempt; no attempt takes longer."""
MAX_REASON = 300
MAX_TARGET = 500
_WEBHOOKS = UUID("8c8ad0ac-6a67-5f43-9d5f-5a6a7bd0c6ff")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_FOLDER_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"
    FOLDER = "folder"


@dataclass(frozen=True, kw_only=True)
class Destination:
    channel: Channel
    address: str
    """A mail address, a URL, or a path below the server's folder of reports."""

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


@dataclass(frozen=True, kw_only=True)
class DeliveryAsked:
    TOPIC: ClassVar[str] = "DeliveryAsked"
    SCHEMA_VERSION: ClassVar[int] = 1
    about: str
    """Of what kind the message is, such as `alert notice`."""
    source_id: UUID
    """The stream that says what is in the message."""
    destination: Destination


@dataclass(frozen=True, kw_only=True)
class DeliveryAttempted:
    """Somebody is about to send it, and has until `until`."""

    TOPIC: ClassVar[str] = "DeliveryAttempted"
    SCHEMA_VERSION: ClassVar[int] = 1
    attempt: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed:
    TOPIC: ClassVar[str] = "DeliveryFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    attempt: int
    reason: str
    again_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeliverySucceeded:
    TOPIC: ClassVar[str] = "DeliverySucceeded"
    SCHEMA_VERSION: ClassVar[int] = 1
    attempt: int
    answer: str = ""
    """Such as the mail server's, or the HTTP status."""


@dataclass(frozen=True, kw_only=True)
class DeliveryGivenUp:
    TOPIC: ClassVar[str] = "DeliveryGivenUp"
    SCHEMA_VERSION: ClassVar[int] = 1
    attempt: int
    reason: str


DeliveryEvent = DeliveryAsked | DeliveryAttempted | DeliveryFailed | DeliverySucceeded | DeliveryGivenUp


@dataclass(frozen=True, kw_only=True)
class NoDelivery:
    pass


@dataclass(frozen=True, kw_only=True)
class DueDelivery:
    asked: DeliveryAsked
    attempts: int = 0
    """That have begun."""
    due_at: datetime | None = None
    """When the next attempt may begin; None: at once. While one sends, the end of its time."""
    sending: bool = False
    reason: str = ""
    """Of the last failure."""


@dataclass(frozen=True, kw_only=True)
class EndedDelivery:
    asked: DeliveryAsked
    attempts: int
    arrived: bool
    detail: str
    """The answer, or why it was given up."""


DeliveryState = NoDelivery | DueDelivery | EndedDelivery


def delivery_id(source_id: UUID, destination: Destination) -> UUID:
    """`source_id`: of the one message, such as a notice, or a report's period."""
    return uuid5(source_id, f"delivery:{destination}")


def webhook_id(project_id: UUID | None, url: str) -> UUID:
    """What the secret of a project's webhook, or of the server's own, is derived from."""
    return uuid5(project_id or _WEBHOOKS, f"webhook:{url}")


def evolve(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    match event:
        case DeliveryAsked():
            return DueDelivery(asked=event)
        case DeliveryAttempted():
            held = _due(state)
            return DueDelivery(
                asked=held.asked, attempts=event.attempt, due_at=event.until, sending=True, reason=held.reason
            )
        case DeliveryFailed():
            return DueDelivery(
                asked=_due(state).asked, attempts=event.attempt, due_at=event.again_at, reason=event.reason
            )
        case DeliverySucceeded():
            return EndedDelivery(asked=_due(state).asked, attempts=event.attempt, arrived=True, detail=event.answer)
        case DeliveryGivenUp():
            return EndedDelivery(asked=_due(state).asked, attempts=event.attempt, arrived=False, detail=event.reason)
        case _:
            assert_never(event)


def _due(state: DeliveryState) -> DueDelivery:
    assert isinstance(state, DueDelivery), state
    return state


def ask(state: DeliveryState, asked: DeliveryAsked) -> tuple[DeliveryEvent, ...]:
    """Once, however often it is asked for."""
    return (asked,) if isinstance(state, NoDelivery) else ()


def is_due(state: DeliveryState, now: datetime) -> bool:
    return isinstance(state, DueDelivery) and (state.due_at is None or now >= state.due_at)


def begin(state: DeliveryState, now: datetime) -> tuple[DeliveryEvent, ...]:
    """Nothing where it is not due, or another one is at it. An attempt whose sender died counts."""
    if not isinstance(state, DueDelivery) or not is_due(state, now):
        return ()
    if state.attempts >= ATTEMPTS:
        reason = state.reason or "It was not said how the last attempt ended."
        return (DeliveryGivenUp(attempt=state.attempts, reason=reason),)
    return (DeliveryAttempted(attempt=state.attempts + 1, until=now + LEASE),)


def succeed(state: DeliveryState, attempt: int, answer: str) -> tuple[DeliveryEvent, ...]:
    """It has arrived, even where another attempt has begun meanwhile."""
    if not isinstance(state, DueDelivery):
        return ()
    return (DeliverySucceeded(attempt=attempt, answer=bounded(answer)),)


def fail(
    state: DeliveryState,
    attempt: int,
    reason: str,
    now: datetime,
    *,
    stream_id: UUID,
    permanent: bool = False,
    wait: timedelta | None = None,
) -> tuple[DeliveryEvent, ...]:
    """`permanent`: it cannot go better another time. `wait`: what the receiver asks for at least."""
    if not isinstance(state, DueDelivery) or state.attempts != attempt:
        return ()
    if permanent or attempt >= ATTEMPTS:
        return (DeliveryGivenUp(attempt=attempt, reason=bounded(reason)),)
    pause = max(pause_after(attempt, stream_id), min(wait or timedelta(), LONGEST_PAUSE))
    return (DeliveryFailed(attempt=attempt, reason=bounded(reason), again_at=now + pause),)


def pause_after(attempt: int, stream_id: UUID) -> timedelta:
    """Exponential, with a jitter of a quarter that the delivery's id decides: the same for whoever asks."""
    pause = min(FIRST_PAUSE * float(GROWTH ** (attempt - 1)), LONGEST_PAUSE)
    digest = hashlib.sha256(f"{stream_id}:{attempt}".encode()).digest()
    return pause * (1 + (int.from_bytes(digest[:4]) / 2**32 - 0.5) / 2)


def bounded(text: str) -> str:
    """What an outside party said, as far as it is kept: one line of printable characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * MAX_REASON]).split())
    return line if len(line) <= MAX_REASON else f"{line[: MAX_REASON - 1]}…"


def destination(channel: Channel, address: str, field: str = "") -> Destination:
    """Checked, as far as it can be without asking anybody."""
    if len(address) > MAX_TARGET or not address.isprintable():
        raise InvalidInputError(
            f"{address[:60]!r} is no place to send to.", f"At most {MAX_TARGET} printable characters.", field=field
        )
    match channel:
        case Channel.MAIL:
            _check_mail(address, field)
        case Channel.WEBHOOK:
            _check_url(address, field)
        case Channel.FOLDER:
            _check_folder(address, field)
        case _:
            assert_never(channel)
    return Destination(channel=channel, address=address)


def _check_mail(address: str, field: str) -> None:
    local = address.partition("@")[0]
    if len(address) > 254 or not _ADDRESS.fullmatch(address) or local[:1] == "." or local[-1:] == "." or ".." in local:
        raise InvalidInputError(
            f"{address[:80]!r} is no mail address.",
            "Write it as name@example.org, without a name in front.",
            field=field,
        )


def _check_url(url: str, field: str) -> None:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, fine = urlsplit(""), False
    if not fine or not url.isascii() or any(char in url for char in " \\"):
        raise InvalidInputError(f"{url[:80]!r} is no URL of a webhook.", "Write https://host/path.", field=field)
    if "@" in parts.netloc:
        raise InvalidInputError(
            "A webhook's URL cannot hold a user name or password: it is in the log, and shown.",
            "Have the receiver check the signature instead.",
            field=field,
        )
    if parts.fragment:
        raise InvalidInputError("A webhook's URL has no fragment (#…).", "Leave it out.", field=field)


def _check_folder(path: str, field: str) -> None:
    parts = path.split("/")
    if not 1 <= len(parts) <= 8 or not all(_FOLDER_PART.fullmatch(part) for part in parts):
        raise InvalidInputError(
            f"{path[:80]!r} is no folder below the server's folder of reports.",
            "Write it as name or name/name: letters, digits, dots, dashes and underscores, no dot in front.",
            field=field,
        )
