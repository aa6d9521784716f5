"""A point in a session's life that one can go back to."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Point:
    """After a command, or before it; without one: the newest that is known."""

    command_id: UUID | None = None
    before: bool = False


NOW = Point()
