"""Searching commands and what they printed, by the server's index."""

from collections.abc import Callable
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ServerFailure

MOST_OF_A_PAGE = 100


class Asked(Answer, frozen=True):
    id: str
    text: str
    requested_by: str


class Range(Answer, frozen=True):
    start: int
    end: int


class SearchHit(Answer, frozen=True, kw_only=True):
    """`offset`: of the line in the output; None in a command's text. `position`: of the event that asked for it."""

    kind: str
    command: Asked
    session_id: str
    project_id: str
    position: int
    at: str
    offset: int | None = None
    excerpt: str
    ranges: tuple[Range, ...]
    cut: bool


class Found(Answer, frozen=True, kw_only=True):
    hits: tuple[SearchHit, ...] = ()
    after: str | None = None
    """Where a further search goes on; None: there is nothing more."""
    skipped_bytes: int = 0
    """Of commands that still run, printed before what was searched."""
    behind: int | None = None
    """The position up to which ended commands were searched, where that is not the log's end."""


async def search(
    client: Client, wanted: dict[str, Any], limit: int, say: Callable[[str], None], *, after: str | None = None
) -> Found:
    """The first `limit` after a cursor, the newest command's first. `wanted`: `text`, and what it is narrowed to."""
    end = (await log_status(client)).position
    found, more, wait = Found(after=after), True, {"waitFor": end}
    while more and len(found.hits) < limit:
        first = min(limit - len(found.hits), MOST_OF_A_PAGE)
        try:
            page = (await client.query("search", {**wanted, "first": first, "after": found.after, **wait}))["search"]
        except ServerFailure as error:
            if error.code != "UNAVAILABLE" or not wait:
                raise
            # what is there is better than nothing
            wait = {}
            continue
        more, wait = page["pageInfo"]["hasNextPage"], {}
        found = Found(
            hits=(*found.hits, *(read(SearchHit, edge["node"]) for edge in page["edges"])),
            after=page["pageInfo"]["endCursor"] if more else None,
            skipped_bytes=found.skipped_bytes + page["skippedBytes"],
            behind=page["searchedUpto"] if page["searchedUpto"] < end else None,
        )
        say(f"Searching: {len(found.hits):,} found …")
    return found
