"""qd search: where in commands and their output is it?"""

from enum import StrEnum
from typing import Annotated, Any

import typer

from quarterdeck_cli import ids, resolve, search_words
from quarterdeck_cli.api import search as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd


class Kind(StrEnum):
    COMMAND = "command"
    OUTPUT = "output"


What = Annotated[str, typer.Argument(metavar="TEXT", help='Words, "a phrase", pre*, -not and OR; all in one line.')]
Only = Annotated[Kind | None, typer.Option("--in", help="Only in commands' texts, or only in what they printed.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many lines.")]
After = Annotated[str | None, typer.Option("--after", metavar="CURSOR", help="Go on where an earlier search ended.")]
Everywhere = Annotated[bool, typer.Option("--all", help="In all projects that you may see.")]


async def search(
    qd: Qd,
    text: What,
    *,
    project: ProjectName = None,
    session: SessionRef = None,
    everywhere: Everywhere = False,
    only: Only = None,
    limit: Limit = 20,
    after: After = None,
    as_json: Json = False,
) -> None:
    """Search commands and what they printed, the newest command first.

    A project is searched: the one that is named, or the one here. What still runs is searched as well. `qd replay
    COMMAND --from OFFSET` jumps to what was found.
    """
    if sum((everywhere, project is not None, session is not None)) > 1:
        raise UsageError("Only one thing can be searched at a time.", "Give one of --all, --project and --session.")
    client = await qd.client()
    wanted: dict[str, Any] = {"text": text, **await _part(client, project, session, everywhere=everywhere)}
    if only:
        wanted["kinds"] = [only.name]
    with qd.out.status("Searching …") as say:
        found = await api.search(client, wanted, limit, say, after=after)
    if as_json:
        qd.out.json(found)
        return
    search_words.show(qd, found)
    _tell_how_to_go_on(qd, found)


async def _part(client: Client, project: str | None, session: str | None, *, everywhere: bool) -> dict[str, str]:
    if session:
        return {"sessionId": await resolve.session_id(client, session)}
    return {} if everywhere else {"projectId": await resolve.project_or_here(client, project)}


def _tell_how_to_go_on(qd: Qd, found: api.Found) -> None:
    printed = next((hit for hit in found.hits if hit.offset is not None), None)
    if printed:
        qd.out.note(f"To jump there: qd replay {ids.short(printed.command.id)} --from {printed.offset}")
    if found.after:
        qd.out.note(f"There may be more: give --limit, or --after {found.after}")
