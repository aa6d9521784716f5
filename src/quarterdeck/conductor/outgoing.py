"""What leaves the house: deliveries that are due are sent, and what asks for them looks on a timer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from quarterdeck.application.background import end, together
from quarterdeck.application.deliveries import Deliveries, OpenDeliveries
from quarterdeck.application.ports.system import Clock
from quarterdeck.conductor import metrics
from quarterdeck.domain.delivery import DeliveryEvent
from quarterdeck.domain.errors import UnavailableError

logger = structlog.get_logger(__name__)

Look = Callable[[], Awaitable[None]]
"""One look at what is due. Safe to run beside another conductor's."""
AT_ONCE = 8
"""Deliveries that are sent at the same time. A mail server that hangs holds one of these places for a while."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    deliveries: Deliveries
    looks: Sequence[Look] = ()
    """Each runs apart from the others, again and again."""
    look_seconds: float = 2.0
    send_seconds: float = 0.5


class Sending:
    """Sends what is due. `open` is told of every event by the conductor's reader."""

    def __init__(self, outgoing: Outgoing, open: OpenDeliveries, clock: Clock) -> None:  # noqa: A002 - those that are
        self._outgoing, self._open, self._clock = outgoing, open, clock
        self._sending: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            await together(self._send_what_is_due(), *map(self._look, self._outgoing.looks))
        finally:
            await end(list(self._sending.values()))

    async def _send_what_is_due(self) -> None:
        while True:
            for delivery_id in self._open.ready(self._clock.now()):
                if delivery_id not in self._sending and len(self._sending) < AT_ONCE:
                    self._sending[delivery_id] = asyncio.create_task(self._send(delivery_id), name="delivery")
            await asyncio.sleep(self._outgoing.send_seconds)

    async def _send(self, delivery_id: UUID) -> None:
        try:
            outcome = await self._outgoing.deliveries.attempt(delivery_id)
            _count(outcome)
        except Exception:
            logger.exception("a delivery failed for a reason of ours", delivery=str(delivery_id))
            await asyncio.sleep(self._outgoing.look_seconds)
        finally:
            del self._sending[delivery_id]

    async def _look(self, look: Look) -> None:
        while True:
            try:
                await look()
            except UnavailableError as error:
                logger.warning("what is due cannot be looked at", error=error.message)
            except Exception:
                logger.exception("what is due cannot be looked at")
            await asyncio.sleep(self._outgoing.look_seconds)


def _count(outcome: DeliveryEvent | None) -> None:
    if outcome is not None:
        metrics.DELIVERIES.labels(_OUTCOMES.get(outcome.TOPIC, "other")).inc()


_OUTCOMES = {"DeliverySucceeded": "arrived", "DeliveryFailed": "failed", "DeliveryGivenUp": "given_up"}
