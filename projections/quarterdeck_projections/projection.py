"""What a projection is: a name, its tables, and how a batch of events changes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from quarterdeck_projections.changes import Changes
from quarterdeck_projections.database import Connection
from quarterdeck_projections.logged import Decode, Logged
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


@dataclass(frozen=True, kw_only=True)
class ReadingProjection:
    """A function that reads the log itself: what is new, and what came before that. It writes in the same transaction.

    It may have relations that are made by statements and not by the models, so that they may be of several kinds.
    """

    name: str
    advance: Callable[[Connection, str, int, int, Decode], Awaitable[None]]
    """From the events in (after, upto] into the tables and relations of a schema."""
    relations: tuple[str, ...] = ()
    make: LiteralString = ""
    """Takes the schema that they are made in."""
    replace: LiteralString = ""
    """Takes the schema that has the new ones, and the schema whose ones they replace."""
    settle: Callable[[Connection, str], Awaitable[None]] | None = None
    """Done to new relations that have caught up, before they take the place of others; not in a transaction."""
    tables: tuple[type[ReadModel], ...] = ()
    waited_for: bool = True
    """False: a start goes on without it, as it may take long to catch up."""


Projection = RowProjection | SqlProjection | ReadingProjection
