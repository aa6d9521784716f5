"""A place in a queue, as the API shows it."""

import strawberry

from quarterdeck_projections.queries import queue


@strawberry.type
class QueuePlace:
    position: int = strawberry.field(description="1 is the next.")
    reason: str


def place_of(place: queue.QueuePlace | None) -> QueuePlace | None:
    return None if place is None else QueuePlace(position=place.position, reason=place.reason)
