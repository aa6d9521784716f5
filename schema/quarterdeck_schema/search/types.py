"""What a search finds."""

from datetime import datetime

import strawberry

from quarterdeck_projections.queries.search import Found
from quarterdeck_schema import ids
from quarterdeck_schema.commands.types import Command, command_of
from quarterdeck_schema.paging import Edge, PageInfo
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.search.finding import Cursor, Hit, HitPage

SHOWN = 300
"""Characters of a line, around what was found."""
BEFORE = 100

strawberry.enum(Found, name="SearchKind", description="Where it is: in a command's text or its output.")


@strawberry.type(description="In characters (Unicode code points) of the excerpt; the end excluded.")
class TextRange:
    start: int
    end: int


@strawberry.type(description="A line with what was searched for in it. Foreign text: it may hold control characters.")
class SearchHit:
    kind: Found
    command: Command
    session_id: strawberry.ID
    project_id: strawberry.ID
    position: Long = strawberry.field(description="Of the event by which the command was asked for.")
    at: datetime = strawberry.field(description="When the command was asked for.")
    offset: Long | None = strawberry.field(description="Of the line in the output; null in a command's text.")
    excerpt: str = strawberry.field(description=f"At most {SHOWN} characters of the line.")
    ranges: list[TextRange] = strawberry.field(description="What was found, in the excerpt.")
    cut: bool = strawberry.field(description="The line goes on before or after the excerpt.")


@strawberry.type
class SearchResults:
    edges: list[Edge[SearchHit]]
    page_info: PageInfo
    skipped_bytes: Long = strawberry.field(
        description="What commands that still run printed before the last 4 MiB of each, which alone were searched."
    )
    searched_upto: Long = strawberry.field(
        description="The log's position up to which commands that have ended can be found."
    )


def results_of(page: HitPage, upto: int, after: Cursor | None) -> SearchResults:
    edges = [Edge(cursor=str(hit.cursor), node=_hit(hit)) for hit in page.hits]
    return SearchResults(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.more,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=str(page.last) if page.last else None,
        ),
        skipped_bytes=Long(page.skipped),
        searched_upto=Long(upto),
    )


def _hit(hit: Hit) -> SearchHit:
    start = max(0, hit.spans[0][0] - BEFORE)
    excerpt = hit.line[start : start + SHOWN]
    return SearchHit(
        kind=hit.found,
        command=command_of(hit.command),
        session_id=strawberry.ID(ids.encode("Session", hit.command.session_id)),
        project_id=strawberry.ID(ids.encode("Project", hit.command.project_id)),
        position=Long(hit.command.position),
        at=hit.command.requested_at,
        offset=None if hit.offset is None else Long(hit.offset),
        excerpt=excerpt,
        ranges=[
            TextRange(start=first - start, end=min(last - start, len(excerpt)))
            for first, last in hit.spans
            if first - start < len(excerpt)
        ],
        cut=len(excerpt) < len(hit.line),
    )
