"""What a projection is: a name, its tables, and how a batch of events changes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quarterdeck_projections.changes import Changes
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.tables import ReadModel


@dataclass(frozen=True, kw_only=True)
class RowProjection:
    """A pure function from events, in the log's order, to changes of rows. Unknown and erased events never reach it."""

    name: str
    tables: tuple[type[ReadModel], ...]
    topics: frozenset[str]
    """Those it looks at; the others are not even read."""
    project: Callable[[Sequence[Logged]], Changes]


@dataclass(frozen=True, kw_only=True)
class SqlProjection:
    """A statement that copies from the log, for what has a row per event and needs no decoding.

    It names its schema `{schema}` and takes the parameters `after` and `upto`.
    """

    name: str
    tables: tuple[type[ReadModel], ...]
    statement: str


Projection = RowProjection | SqlProjection
