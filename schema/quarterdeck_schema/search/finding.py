"""A page of a search: pieces that may have it, read from the transcripts themselves, line by line."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from quarterdeck.application.frames import Frame
from quarterdeck.application.output_lines import Line
from quarterdeck.application.ports.output import TranscriptStore
from quarterdeck.application.search_query import Span, Words
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.queries.search import Found, PieceRow, Place, SearchFilter
from quarterdeck_projections.search.pieces import Window, lines_within
from quarterdeck_schema.reads import Reads
from quarterdeck_schema.scalars import LARGEST

AT_ONCE = 100
"""Pieces that are asked for together."""
READ_BYTES = 1024 * 1024
SECONDS = 1.0
"""After so long a page ends with what there is; the rest is asked for with its cursor."""


class Cursor(NamedTuple):
    """Of the last line that was looked at: its piece, and the offset in the output or of the line in the text."""

    place: Place
    offset: int

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """INVALID_INPUT for a text that is none."""
        parts = text.split(".") if text.isascii() else []
        if len(parts) != 3 or not all(each.isdigit() and len(each) < 20 and int(each) <= LARGEST for each in parts):
            raise InvalidInputError(f"{text[:40]!r} is no cursor of a search.", "Pass one that the API gave.")
        position, number, offset = map(int, parts)
        return cls(Place(position, number), offset)

    def __str__(self) -> str:
        return f"{self.place.position}.{self.place.number}.{self.offset}"


@dataclass(frozen=True, kw_only=True)
class Hit:
    command: CommandRow
    found: Found
    offset: int | None
    """Of the line in the output."""
    line: str
    spans: Sequence[Span]
    cursor: Cursor


@dataclass(kw_only=True)
class HitPage:
    hits: list[Hit] = field(default_factory=list[Hit])
    last: Cursor | None = None
    """Where it ends: everything up to it was looked at."""
    more: bool = False
    skipped: int = 0
    """Bytes that commands which still run printed before what was searched."""


@dataclass(frozen=True, kw_only=True)
class Search:
    reads: Reads
    transcripts: TranscriptStore
    words: Words
    chosen: SearchFilter

    async def page(self, first: int, after: Cursor | None) -> HitPage:
        page, until = HitPage(last=after), monotonic() + SECONDS
        while pieces := await self._pieces(page.last):
            commands = await self.reads.commands({piece.command_id for piece in pieces})
            for piece in pieces:
                command = commands.get(piece.command_id)
                hits = await self._read(piece, command, page.last) if command else []
                if len(page.hits) + len(hits) > first:
                    page.hits += hits[: first - len(page.hits)]
                    page.last, page.more = page.hits[-1].cursor if page.hits else after, True
                    return page
                page.hits += hits
                page.skipped += piece.skipped
                page.last = Cursor(piece.place, LARGEST)
                if monotonic() > until:
                    page.more = True
                    return page
            if len(pieces) < AT_ONCE:
                break
        return page

    async def _pieces(self, last: Cursor | None) -> Sequence[PieceRow]:
        if last is None:
            return await self.reads.search_pieces(self.words, self.chosen, None, AT_ONCE)
        # what was looked at whole is passed over
        place = last.place if last.offset < LARGEST else last.place._replace(number=last.place.number + 1)
        return await self.reads.search_pieces(self.words, self.chosen, place, AT_ONCE)

    async def _read(self, piece: PieceRow, command: CommandRow, last: Cursor | None) -> list[Hit]:
        if piece.place.number == 0:
            lines = enumerate(command.text.splitlines())
            found = await asyncio.to_thread(_matching, lines, self.words)
        else:
            frames = await self._frames(piece.command_id, piece.window)
            some = lines_within(frames, piece.window, self.words.having)
            found = await asyncio.to_thread(_matching, some, self.words)
        begun = last.offset if last and last.place == piece.place else -1
        where = Found.OUTPUT if piece.place.number else Found.COMMAND
        return [
            Hit(
                command=command,
                found=where,
                offset=line.offset if where is Found.OUTPUT else None,
                line=line.text,
                spans=spans,
                cursor=Cursor(piece.place, line.offset),
            )
            for line, spans in found
            if line.offset > begun
        ]

    async def _frames(self, command_id: UUID, window: Window) -> list[Frame]:
        found, at = list[Frame](), window.first
        while at < window.until:
            frames = await self.transcripts.read(command_id, at, min(window.until - at, READ_BYTES))
            found += frames
            if not frames or frames[-1].end <= at:
                break
            at = frames[-1].end
        return found


def _matching(lines: Iterator[tuple[int, str]], words: Words) -> list[tuple[Line, Sequence[Span]]]:
    """Those with all of it, by their offset."""
    found = [(Line(offset, text), spans) for offset, text in lines if (spans := words(text))]
    return sorted(found)
