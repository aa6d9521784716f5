"""`qd audit search`: searches a server's record or a bundle, and prints what it found."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from quarterdeck.audit.offline import telling
from quarterdeck.audit.records import from_bundle, from_server
from quarterdeck.audit.records.choosing import one_of, part_of_bundle, part_on_server
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.searching.query import Query, by_pattern, by_words
from quarterdeck.audit.searching.scan import Hit, Where, hits
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
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
    query = by_pattern(text) if regex else by_words(text)
    with qd.out.status("Searching …") as say:
        if bundle:
            with telling(bundle):
                part = await asyncio.to_thread(part_of_bundle, bundle, project=project, session=session)
                found = await asyncio.to_thread(_found, from_bundle.entries(bundle, part), query, context, limit, say)
        else:
            one_of(everything=everything, project=project, session=session)
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
    if more:
        qd.out.note(f"There is more than these {limit:,}: give --limit, or search a part.")
    return ExitCode.OK


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
    cut = f"{'…' if start else ''}{plain(hit.line[start : start + SHOWN])}"
    words = {plain(hit.line[first:last]) for first, last in hit.spans}
    qd.out.highlighted(f"> {cut}", [(re.escape(word), "bold red") for word in words])
    for line in hit.after:
        qd.out.line(f"  {plain(line[:SHOWN])}")


def _plain(hit: Hit) -> dict[str, Any]:
    return {
        **asdict(hit),
        "where": hit.where.value,
        "command_id": ids.global_id("Command", hit.command_id),
        "session_id": ids.global_id("Session", hit.session_id) if hit.session_id else None,
    }
