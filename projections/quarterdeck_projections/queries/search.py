"""Where words may be: commands whose text, or pieces of whose output, have all of them. Whoever asks reads those."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from quarterdeck.application.search_query import Side, Words
from quarterdeck_projections.database import Database
from quarterdeck_projections.search.pieces import LONGEST_WORD, Window

TAIL = 4 * 1024 * 1024
"""Bytes: of what a running command has printed, so much is searched."""
RUNNING = 1
"""The number of what a running command has printed, whose pieces are made when it has ended."""


class Found(StrEnum):
    COMMAND = "command"
    """In its text."""
    OUTPUT = "output"


class Place(NamedTuple):
    """Of a piece among all: newest command first, its text before its output."""

    position: int
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceRow:
    command_id: UUID
    place: Place
    window: Window
    skipped: int = 0
    """Bytes of a running command's output before those that are searched."""


@dataclass(frozen=True, kw_only=True)
class SearchFilter:
    project_ids: Collection[UUID] | None = None
    """None: all."""
    session_id: UUID | None = None
    kinds: Collection[Found] = tuple(Found)


def tsquery(words: Words) -> str:
    """What a piece has to have: PostgreSQL's own notation. Words are letters, digits and underscores."""
    return " | ".join(f"({_side(side)})" for side in words.sides)


def _side(side: Side) -> str:
    terms = [(word, term.prefix and word is term.words[-1]) for term in side.wanted for word in term.words]
    return " & ".join(f"'{word[:LONGEST_WORD]}'{':*' if prefix else ''}" for word, prefix in terms)


async def pieces(
    database: Database, words: Words, chosen: SearchFilter, since: Place | None, limit: int
) -> list[PieceRow]:
    """Those from a place on, that one included, in their order: of ended commands and of those that run."""
    parameters: dict[str, object] = {
        "words": tsquery(words),
        "projects": list(chosen.project_ids or ()),
        "session": chosen.session_id,
        "position": since.position if since else None,
        "number": since.number if since else None,
        "limit": limit,
    }
    found = await database.rows(
        _indexed,
        f"""
        SELECT p.command_id, p.position, p.number, p.output_first, p.output_until, p.error_first, p.error_until
        FROM read.search_pieces p
        WHERE p.words @@ %(words)s::tsquery {_narrowed(chosen, "p")} {_of_kinds(chosen)} {_since(since)}
        ORDER BY p.position DESC, p.number LIMIT %(limit)s
        """,  # noqa: S608 - nothing but literals
        parameters,
    )
    if Found.OUTPUT in chosen.kinds:
        found += await _running(database, chosen, since, parameters)
        found.sort(key=lambda row: (-row.place.position, row.place.number))
    return found[:limit]


async def _running(
    database: Database, chosen: SearchFilter, since: Place | None, parameters: dict[str, object]
) -> list[PieceRow]:
    upto: LiteralString = "" if since is None else " AND p.position <= %(position)s"
    return await database.rows(
        _growing,
        f"""
        SELECT p.id AS command_id, p.position, h."offset" AS until
        FROM read.commands p JOIN log.transcript_heads h ON h.command_id = p.id AND h."offset" > 0
        WHERE p.state = 'running' {_narrowed(chosen, "p")} {upto}
        ORDER BY p.position DESC LIMIT %(limit)s
        """,  # noqa: S608 - nothing but literals
        parameters,
    )


def _narrowed(chosen: SearchFilter, table: LiteralString) -> LiteralString:
    found: LiteralString = ""
    if chosen.project_ids is not None:
        found += f" AND {table}.project_id = ANY(%(projects)s)"
    if chosen.session_id is not None:
        found += f" AND {table}.session_id = %(session)s"
    return found


def _of_kinds(chosen: SearchFilter) -> LiteralString:
    if Found.OUTPUT not in chosen.kinds:
        return " AND p.number = 0"
    return "" if Found.COMMAND in chosen.kinds else " AND p.number > 0"


def _since(since: Place | None) -> LiteralString:
    if since is None:
        return ""
    return " AND p.position <= %(position)s AND (p.position < %(position)s OR p.number >= %(number)s)"


def _indexed(*, command_id: UUID, position: int, number: int, **offsets: Any) -> PieceRow:
    return PieceRow(command_id=command_id, place=Place(position, number), window=Window(**offsets))


def _growing(*, command_id: UUID, position: int, until: int) -> PieceRow:
    first = max(0, until - TAIL)
    window = Window(output_first=first, output_until=until, error_first=first, error_until=until)
    return PieceRow(command_id=command_id, place=Place(position, RUNNING), window=window, skipped=first)
