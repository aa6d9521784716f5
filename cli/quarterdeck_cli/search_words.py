"""What a search found, for a terminal."""

import re
from collections.abc import Iterable

from quarterdeck_cli import ids
from quarterdeck_cli.api.search import Found, SearchHit
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, when


def place(hit: SearchHit) -> str:
    where = "its text" if hit.offset is None else f"output at {hit.offset}"
    return (
        f"command {ids.short(hit.command.id)}, session {ids.short(hit.session_id)}, {when(hit.at)}, "
        f"event {hit.position}: {where}"
    )


def show_line(qd: Qd, line: str, spans: Iterable[tuple[int, int]]) -> None:
    """Foreign text, made plain, in which what was found looks so."""
    words = {plain(line[first:last]) for first, last in spans}
    qd.out.highlighted(f"> {plain(line)}", [(re.escape(word), "bold red") for word in words])


def show(qd: Qd, found: Found) -> None:
    for hit in found.hits:
        qd.out.line(place(hit), "bold")
        show_line(qd, hit.excerpt, ((each.start, each.end) for each in hit.ranges))
    if not found.hits:
        qd.out.note("Nothing was found.")
    tell_what_is_missing(qd, found)


def tell_what_is_missing(qd: Qd, found: Found) -> None:
    if found.skipped_bytes:
        qd.out.note(f"Not searched: {found.skipped_bytes:,} bytes that commands which still run printed earlier.")
    if found.behind is not None:
        qd.out.note(f"Not searched yet: commands that ended after event {found.behind:,}. Search again in a while.")
