"""Time and ids."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class Ids(Protocol):
    def new(self) -> UUID:
        """A new id, later than those before it (UUIDv7)."""
        ...
