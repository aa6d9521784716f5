"""A table that comes in pages, whatever its length."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Cell = datetime | int | str | None
Page = Sequence[Sequence[Cell]]


class Kind(StrEnum):
    """What a column has. Each may be absent."""

    TIME = "time"
    """With a zone, to the microsecond."""
    WHOLE = "whole"
    """Of 64 bits."""
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    pages: AsyncGenerator[Page]
    """Rows as long as the columns."""


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
