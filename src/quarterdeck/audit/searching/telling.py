"""`qd audit search`: searches a server's record or a bundle, and prints what it found."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from quarterdeck.application.search_query import Query, by_words
from quarterdeck.audit.offline import telling
from quarterdeck.audit.patterns import by_pattern
from quarterdeck.audit.records import from_bundle, from_server
from quarterdeck.audit.records.choosing import one_of, part_of_bundle, part_on_server
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.searching.by_index import by_index, tell_of_more
from quarterdeck.audit.searching.scan import Hit, Where, hits
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.search_words import show_line
from quarterdeck_cli.text import plain, when

SAID_EVERY = 500
SHOWN = 300
"""Characters of a line, around what was found."""


async def search(
    qd: Qd,
    text: str,
    *,
    regex: bool,
    context: int,
    limit: int,
    bundle: Path | None,
    everything: bool,
    project: str | None,
    session: str | None,
    as_json: bool,
) -> ExitCode:
    query = _query(text, regex=regex)
    if not bundle:
        one_of(everything=everything, project=project, session=session)
        if not regex and not context:
            return await by_index(qd, text, limit, project=project, session=session, as_json=as_json)
    with qd.out.status("Searching …") as say:
        if bundle:
            with telling(bundle):
                part = await asyncio.to_thread(part_of_bundle, bundle, project=project, session=session)
                found = await asyncio.to_thread(_found, from_bundle.entries(bundle, part), query, context, limit, say)
        else:
            qd.out.note("For a pattern, and for lines around, the record is read from its beginning.")
            client = await qd.client()
            part = await part_on_server(client, project=project, session=session)
            entries = from_server.entries(client, part, (await log_status(client)).position)
            found = await asyncio.to_thread(_found, entries, query, context, limit, say)
    more, shown = len(found) > limit, found[:limit]
    if as_json:
        qd.out.json({"hits": [_plain(hit) for hit in shown], "more": more})
        return ExitCode.OK
    for hit in shown:
        _print(qd, hit)
    if not shown:
        qd.out.note("Nothing was found.")
    tell_of_more(qd, limit, more=more)
    return ExitCode.OK


def _query(text: str, *, regex: bool) -> Query:
    try:
        return by_pattern(text) if regex else by_words(text)
    except InvalidInputError as error:
        raise UsageError(plain(error.message), error.next_step) from error


def _found(entries: Iterator[Entry], query: Query, context: int, limit: int, say: Callable[[str], None]) -> list[Hit]:
    """One more than asked for, where there is more."""
    found: list[Hit] = []
    for hit in hits(_said(entries, say), query, context):
        found.append(hit)
        if len(found) > limit:
            break
    return found


def _said(entries: Iterator[Entry], say: Callable[[str], None]) -> Iterator[Entry]:
    for number, entry in enumerate(entries, 1):
        if number % SAID_EVERY == 0:
            say(f"Searching: {number:,} events, now at position {entry.row.position:,} …")
        yield entry


def _print(qd: Qd, hit: Hit) -> None:
    command = ids.short(ids.global_id("Command", hit.command_id))
    session = f", session {ids.short(ids.global_id('Session', hit.session_id))}" if hit.session_id else ""
    place = "its text" if hit.where is Where.COMMAND else f"output at {hit.offset}"
    qd.out.line(f"command {command}{session}, {when(hit.at)}, event {hit.position}: {place}", "bold")
    for line in hit.before:
        qd.out.line(f"  {plain(line[:SHOWN])}")
    start = max(0, hit.spans[0][0] - SHOWN // 3)
    show_line(qd, hit.line[start : start + SHOWN], ((first - start, last - start) for first, last in hit.spans))
    for line in hit.after:
        qd.out.line(f"  {plain(line[:SHOWN])}")


def _plain(hit: Hit) -> dict[str, Any]:
    return {
        **asdict(hit),
        "where": hit.where.value,
        "command_id": ids.global_id("Command", hit.command_id),
        "session_id": ids.global_id("Session", hit.session_id) if hit.session_id else None,
    }
