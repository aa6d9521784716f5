"""`qd audit search` on a server, by its index."""

from typing import Any

from quarterdeck.audit.searching.scan import Where
from quarterdeck_cli import resolve, search_words
from quarterdeck_cli.api.search import SearchHit, search
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd


async def by_index(
    qd: Qd, text: str, limit: int, *, project: str | None, session: str | None, as_json: bool
) -> ExitCode:
    """The newest command first. All that one may see where no part is named."""
    client = await qd.client()
    wanted: dict[str, Any] = {"text": text}
    if session:
        wanted["sessionId"] = await resolve.session_id(client, session)
    if project:
        wanted["projectId"] = await resolve.project_id(client, project)
    with qd.out.status("Searching …") as say:
        found = await search(client, wanted, limit, say)
    if as_json:
        qd.out.json({"hits": [_plain(hit) for hit in found.hits], "more": found.after is not None})
        search_words.tell_what_is_missing(qd, found)
        return ExitCode.OK
    search_words.show(qd, found)
    tell_of_more(qd, limit, more=found.after is not None)
    return ExitCode.OK


def tell_of_more(qd: Qd, limit: int, *, more: bool) -> None:
    if more:
        qd.out.note(f"There is more than these {limit:,}: give --limit, or search a part.")


def _plain(hit: SearchHit) -> dict[str, Any]:
    """Under the names of a search in a bundle."""
    return {
        "where": (Where.COMMAND if hit.offset is None else Where.OUTPUT).value,
        "position": hit.position,
        "command_id": hit.command.id,
        "session_id": hit.session_id,
        "requested_by": hit.command.requested_by,
        "at": hit.at,
        "offset": hit.offset,
        "line": hit.excerpt,
        "spans": [(each.start, each.end) for each in hit.ranges],
    }
