"""Relay connections over keyset pages. A cursor is the key of its row: a log position in decimals."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.paging import Page
from quarterdeck_schema.arguments import given
from quarterdeck_schema.scalars import LARGEST


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


def size(asked: int | None, default: int, most: int) -> int:
    """How many entries `first` or `last` asks for."""
    asked = given(asked)
    if asked is None:
        return min(default, most)
    if not 0 <= asked <= most:
        raise InvalidInputError(
            f"A page of {asked} entries is asked for; it has 0 to {most}.", "Ask for the rest with `after`."
        )
    return asked


def key(cursor: str | None) -> int | None:
    """What a cursor stands for. INVALID_INPUT for a text that is none."""
    cursor = given(cursor)
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 20 and int(cursor) <= LARGEST):
        raise InvalidInputError(f"{cursor[:40]!r} is no cursor.", "Pass one that the API gave.")
    return int(cursor)


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
