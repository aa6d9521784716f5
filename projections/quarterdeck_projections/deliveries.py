"""Deliveries, and how they fare."""

from collections.abc import Sequence
from typing import assert_never, cast, get_args

from quarterdeck.domain.delivery import (
    DeliveryAsked,
    DeliveryAttempted,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySucceeded,
)
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import Delivery


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    deliveries = changes.of(Delivery)
    for logged in batch:
        event, key = cast("DeliveryEvent", logged.event), (logged.stream_id,)
        match event:
            case DeliveryAsked():
                deliveries.insert(key, _asked(logged, event))
            case DeliveryAttempted():
                row: Row = {"state": "sending", "attempts": event.attempt, "again_at": event.until}
                deliveries.update(key, row)
            case DeliveryFailed():
                deliveries.update(key, {"state": "failed", "again_at": event.again_at, "detail": event.reason})
            case DeliverySucceeded():
                deliveries.update(key, _ended(logged, "arrived", event.answer))
            case DeliveryGivenUp():
                deliveries.update(key, _ended(logged, "given_up", event.reason))
            case _:
                assert_never(event)
    return changes


def _asked(logged: Logged, event: DeliveryAsked) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "about": event.about,
        "source_id": event.source_id,
        "channel": event.destination.channel,
        "address": event.destination.address,
        "state": "waiting",
        "attempts": 0,
        "asked_at": logged.recorded_at,
        "detail": "",
    }


def _ended(logged: Logged, state: str, detail: str) -> Row:
    return {"state": state, "again_at": None, "ended_at": logged.recorded_at, "detail": detail}


DELIVERIES = RowProjection(
    name="deliveries",
    tables=(Delivery,),
    topics=frozenset(cls.TOPIC for cls in get_args(DeliveryEvent)),
    project=project,
)
