"""Relay connections over keyset pages. A cursor is the key of its row: a log position in decimals."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.paging import Page, Window
from quarterdeck_schema.arguments import given
from quarterdeck_schema.scalars import LARGEST

MAX_PAGE = 500
"""The most that `first` or `last` may ask for."""


class Keyed(Protocol):
    @property
    def position(self) -> int: ...


NodeT = TypeVar("NodeT")
RowT = TypeVar("RowT", bound=Keyed)


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[NodeT]):
    cursor: str
    node: NodeT


@strawberry.type
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]]
    page_info: PageInfo


def size(asked: int | None, default: int, name: str = "first") -> int:
    asked = given(asked)
    if asked is None:
        return default
    if not 0 <= asked <= MAX_PAGE:
        raise InvalidInputError(
            f"{name} is {asked}; a page has 0 to {MAX_PAGE} entries.", "Ask for the rest with `after`.", field=name
        )
    return asked


def key(cursor: str | None, name: str = "after") -> int | None:
    """What a cursor stands for. INVALID_INPUT for a text that is none."""
    cursor = given(cursor)
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 20 and int(cursor) <= LARGEST):
        raise InvalidInputError(f"{cursor[:40]!r} is no cursor.", "Pass one that the API gave.", field=name)
    return int(cursor)


def window(
    first: int | None, after: str | None, default: int, *, last: int | None = None, before: str | None = None
) -> Window:
    """The rows that Relay's arguments mean: `last` counts from the end, and excludes `first`."""
    if given(last) is None:
        return Window(limit=size(first, default), after=key(after), before=key(before, "before"))
    return Window(limit=size(last, default, "last"), after=key(after), before=key(before, "before"), backward=True)


def connect(page: Page[RowT], make: Callable[[RowT], NodeT]) -> Connection[NodeT]:
    edges = [Edge(cursor=str(row.position), node=make(row)) for row in page.rows]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
