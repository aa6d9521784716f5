"""A point in a session's life, as the API takes and shows it."""

from enum import Enum

import strawberry

from quarterdeck.domain.point import Point
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given


@strawberry.enum
class Moment(Enum):
    AFTER = "after"
    BEFORE = "before"


@strawberry.input(description="After a command, or before it; without a command: the newest that is known.")
class PointInput:
    command_id: strawberry.ID | None = strawberry.UNSET
    moment: Moment = Moment.AFTER


def point_of(asked: PointInput | None) -> Point:
    asked = given(asked)
    command = given(asked.command_id) if asked else None
    if asked is None or command is None:
        return Point()
    return Point(command_id=ids.decode_as("Command", command, "at.commandId"), before=asked.moment is Moment.BEFORE)
