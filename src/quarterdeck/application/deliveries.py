"""Sending what is to be delivered: claimed in the log before, and how it went after.

Two senders never send at once. One that dies between the two lets it be sent again, with the same id, once its time is
over: at least once, and never silently not at all.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.delivery import (
    DeliveryFailedError,
    Folders,
    Mailer,
    Message,
    NotConfiguredError,
    WebhookCall,
    Webhooks,
)
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import DELIVERY
from quarterdeck.domain import delivery
from quarterdeck.domain.delivery import (
    Channel,
    DeliveryAsked,
    DeliveryAttempted,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryState,
    DeliverySucceeded,
)

logger = structlog.get_logger(__name__)

Compose = Callable[[UUID, LoggedEvent], Awaitable[Message]]
"""Makes the message of a delivery, by its id and the event that asked for it. Raises DeliveryFailedError."""


@dataclass(frozen=True)
class Channels:
    mailer: Mailer
    webhooks: Webhooks
    folders: Folders

    async def send(self, delivery_id: UUID, asked: LoggedEvent, message: Message) -> str:
        assert isinstance(asked.event, DeliveryAsked)
        address = asked.event.destination.address
        match asked.event.destination.channel:
            case Channel.MAIL if message.mail is not None:
                return await self.mailer.send(message.mail)
            case Channel.WEBHOOK if message.payload is not None:
                webhook_id = delivery.webhook_id(asked.envelope.project_id, address)
                return await self.webhooks.send(
                    WebhookCall(delivery_id=delivery_id, webhook_id=webhook_id, url=address, body=message.payload)
                )
            case Channel.FOLDER if message.files:
                return await self.folders.write(address, message.files)
            case channel:
                raise DeliveryFailedError(f"There is nothing of this kind to send by {channel}.", permanent=True)


@dataclass
class OpenDeliveries:
    """Deliveries that have not ended, folded from the log. Pure."""

    due: dict[UUID, tuple[LoggedEvent, datetime | None]] = field(
        default_factory=dict[UUID, tuple[LoggedEvent, datetime | None]]
    )
    """What asked for each, and when its next attempt may begin; None: at once."""

    def apply(self, recorded: LoggedEvent) -> None:
        match recorded.event:
            case DeliveryAsked():
                self.due[recorded.stream_id] = (recorded, None)
            case DeliveryAttempted(until=at) | DeliveryFailed(again_at=at):
                if known := self.due.get(recorded.stream_id):
                    self.due[recorded.stream_id] = (known[0], at)
            case DeliverySucceeded() | DeliveryGivenUp():
                self.due.pop(recorded.stream_id, None)
            case _:
                pass

    def ready(self, now: datetime) -> list[UUID]:
        return [each for each, (_, at) in self.due.items() if at is None or now >= at]

    @property
    def positions(self) -> list[int]:
        return [asked.position for asked, _ in self.due.values()]


class Deliveries:
    """`composers`: who makes the message, by what a delivery is about."""

    def __init__(self, journal: Journal, clock: Clock, channels: Channels, composers: dict[str, Compose]) -> None:
        self._journal, self._clock, self._channels, self._composers = journal, clock, channels, composers

    async def attempt(self, delivery_id: UUID) -> DeliveryEvent | None:
        """One, if it is due and nobody else is at it. Returns what came of it, None where none was made."""
        stream = await self._journal.read(DELIVERY, delivery_id)
        events = delivery.begin(stream.state, self._clock.now())
        if not events:
            return None
        write = StreamWrite(stream_id=delivery_id, expected_version=stream.version, events=events)
        try:
            await self._journal.append([write], stream.events[-1])
        except ConcurrencyError:
            # another one is at it; or it was us, and the answer got lost: then its time runs out
            return None
        match events[0]:
            case DeliveryAttempted(attempt=attempt):
                return await self._send(stream, attempt)
            case ended:
                return ended

    async def _send(self, stream: Read[DeliveryState], attempt: int) -> DeliveryEvent | None:
        asked = stream.events[0]
        decision: Callable[[DeliveryState], tuple[DeliveryEvent, ...]]
        try:
            message = await self._composer(asked)(stream.stream_id, asked)
            answer = await self._channels.send(stream.stream_id, asked, message)
            decision = partial(delivery.succeed, attempt=attempt, answer=answer)
        except DeliveryFailedError as error:
            decision = self._failed(stream, attempt, error, permanent=error.permanent, wait=error.wait)
        except NotConfiguredError as error:
            decision = self._failed(stream, attempt, error)
        except Exception:
            logger.exception("a delivery could not be made", delivery=str(stream.stream_id))
            unknown = DeliveryFailedError("The message could not be made. The conductor's log says why.")
            decision = self._failed(stream, attempt, unknown)
        outcome = list[DeliveryEvent]()

        def decide(state: DeliveryState) -> tuple[DeliveryEvent, ...]:
            outcome[:] = decision(state)
            return tuple(outcome)

        await self._journal.decide(DELIVERY, stream.stream_id, decide)
        return outcome[0] if outcome else None

    def _composer(self, asked: LoggedEvent) -> Compose:
        assert isinstance(asked.event, DeliveryAsked)
        found = self._composers.get(asked.event.about)
        if found is None:
            raise DeliveryFailedError(f"This release does not know what a delivery of {asked.event.about!r} is.")
        return found

    def _failed(
        self,
        stream: Read[DeliveryState],
        attempt: int,
        error: DeliveryFailedError | NotConfiguredError,
        *,
        permanent: bool = False,
        wait: timedelta | None = None,
    ) -> Callable[[DeliveryState], tuple[DeliveryEvent, ...]]:
        reason = f"{error.message} {error.next_step}".strip()
        logger.warning("a delivery failed", delivery=str(stream.stream_id), attempt=attempt, reason=reason)
        return partial(
            delivery.fail,
            attempt=attempt,
            reason=reason,
            now=self._clock.now(),
            stream_id=stream.stream_id,
            permanent=permanent,
            wait=wait,
        )
