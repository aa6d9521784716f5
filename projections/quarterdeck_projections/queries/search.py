"""Where words may be: commands whose text, or pieces of whose output, have all of them. Whoever asks reads those."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from quarterdeck.application.search_query import Words
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.database import Database
from quarterdeck_projections.search.marks import wanted
from quarterdeck_projections.search.pieces import Window

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


async def pieces(
    database: Database, words: Words, chosen: SearchFilter, since: Place | None, limit: int
) -> list[PieceRow]:
    """Those from a place on, that one included, in their order: of ended commands and of those that run.

    Raises InvalidInputError where nothing that is searched for is in the index.
    """
    sides = [wanted(side) for side in words.sides]
    if not all(sides):
        raise InvalidInputError(
            "A beginning of fewer than 3 characters is in too many words.", "Give more of it.", field="text"
        )
    parameters: dict[str, object] = {
        "sides": [f"{{{','.join(map(str, side))}}}" for side in sides],
        "projects": list(chosen.project_ids or ()),
        "session": chosen.session_id,
        "position": since.position if since else None,
        "number": since.number if since else None,
        "limit": limit,
    }
    found = await database.rows(
        _indexed,
        f"""
        SELECT DISTINCT found.* FROM unnest(%(sides)s::text[]) AS side, LATERAL (
            SELECT p.command_id, p.position, p.number, p.output_first, p.output_until, p.error_first, p.error_until
            FROM read.search_pieces p
            WHERE p.marks @> side::int[] {_narrowed(chosen, "p")} {_of_kinds(chosen)} {_since(since)}
            ORDER BY p.position DESC, p.number LIMIT %(limit)s
        ) AS found ORDER BY found.position DESC, found.number LIMIT %(limit)s
        """,  # noqa: S608 - nothing but literals
        parameters,
        by_index=True,
    )
    if Found.OUTPUT in chosen.kinds:
        running = await _running(database, chosen, since, parameters)
        found += [
            row for row in running if since is None or row.place.position < since.position or since.number <= RUNNING
        ]
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
