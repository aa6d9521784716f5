"""Where one projection stands, as its runner knows it."""

from dataclasses import dataclass

import psycopg

from quarterdeck_projections.projection import Projection

FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 60.0
SHOWN = 200


@dataclass
class Standing:
    projection: Projection
    position: int
    failures: int = 0
    """In a row, at the event after `position`."""
    retry_at: float = 0.0

    @property
    def name(self) -> str:
        return self.projection.name

    def advanced(self, position: int) -> None:
        self.position = position
        self.failures = 0
        self.retry_at = 0.0

    def failed(self, now: float) -> None:
        self.retry_at = now + min(FIRST_RETRY_SECONDS * 2**self.failures, LAST_RETRY_SECONDS)
        self.failures += 1


def described(error: Exception) -> str:
    """What failed, without the values in question, which may be anybody's."""
    if isinstance(error, psycopg.Error):
        column = error.diag.column_name
        return f"{type(error).__name__}{f' in column {column}' if column else ''}"
    return f"{type(error).__name__}: {str(error)[:SHOWN]}"
