"""Keyset pages. The key of every row is the log position of the event that made it: unique, and it never changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, LiteralString, Protocol, TypeVar

MAX_PAGE = 1000


class Keyed(Protocol):
    @property
    def position(self) -> int: ...


RowT_co = TypeVar("RowT_co", covariant=True)
KeyedT = TypeVar("KeyedT", bound=Keyed)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which rows of a list: the first `limit` ones after key `after` and before `before`, in the list's own order.

    `backward`: the `limit` last ones of them instead; they come in the list's order all the same.
    """

    limit: int = 50
    after: int | None = None
    before: int | None = None
    backward: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= MAX_PAGE:
            raise ValueError(f"a page has 0 to {MAX_PAGE} rows, not {self.limit}")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[RowT_co]):
    rows: Sequence[RowT_co] = field(default_factory=tuple)
    has_next: bool = False
    has_previous: bool = False


@dataclass(frozen=True, kw_only=True)
class Keyset:
    """A window in terms of SQL: `position > low and position < high`, in which order, one row more than asked."""

    low: int
    high: int
    order: LiteralString
    fetch: int

    @property
    def parameters(self) -> dict[str, object]:
        return {"low": self.low, "high": self.high, "fetch": self.fetch}


NOWHERE = 2**63 - 1


def keyset(window: Window, *, newest_first: bool) -> Keyset:
    """Where the list runs from new to old, what comes after a key has smaller positions."""
    lower, upper = (window.before, window.after) if newest_first else (window.after, window.before)
    return Keyset(
        low=-1 if lower is None else lower,
        high=NOWHERE if upper is None else upper,
        order="ASC" if newest_first == window.backward else "DESC",
        fetch=window.limit + 1,
    )


def page(found: list[KeyedT], window: Window) -> Page[KeyedT]:
    """Of the rows that the keyset found, the page: the extra row only says that there is more."""
    more = len(found) > window.limit
    rows = found[: window.limit]
    if window.backward:
        rows.reverse()
        return Page(rows=rows, has_next=window.before is not None, has_previous=more)
    return Page(rows=rows, has_next=more, has_previous=window.after is not None)
