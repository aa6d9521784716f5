"""How far a user has read of what happened in a project: a stream for each user and project.

Its last event tells it all, so whoever asks reads that alone, however often the user has looked.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True)
class ProjectRead:
    """Nobody's but the user's: its envelope names no project, so it is not among the project's events."""

    TOPIC: ClassVar[str] = "ProjectRead"
    SCHEMA_VERSION: ClassVar[int] = 1
    user_id: UUID
    project_id: UUID
    position: int
    """Of the log: what came up to it was seen."""


ReadingEvent = ProjectRead


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`position`: 0 where nothing was read yet."""

    position: int = 0


def reading_id(user_id: UUID, project_id: UUID) -> UUID:
    return uuid5(user_id, f"reading:{project_id}")


def evolve(_state: Reading, event: ProjectRead) -> Reading:
    return Reading(position=event.position)


def read_up_to(
    state: Reading,
    position: int,
    *,
    user_id: UUID,
    project_id: UUID,
    head: int,
    back: bool = False,
) -> tuple[ProjectRead, ...]:
    """Nothing where that much was read. It goes back only where that is asked for, and not beyond the log's `head`."""
    if not 0 <= position <= head:
        raise InvalidInputError(
            f"The log has positions up to {head}.", "Pass what `whileAway` gave as `upTo`.", field="position"
        )
    if position == state.position or (position < state.position and not back):
        return ()
    return (ProjectRead(user_id=user_id, project_id=project_id, position=position),)
