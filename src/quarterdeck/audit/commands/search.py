"""qd audit search: where in the record is it?"""

from typing import Annotated

import typer

from quarterdeck.audit.commands.options import BundleFile, Whole
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.qd import Qd

Context = Annotated[int, typer.Option("--context-lines", "-C", min=0, max=100, help="Lines around each that is found.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def search_record(
    qd: Qd,
    query: Annotated[str, typer.Argument(help='Words, "a phrase", pre*, -not and OR; all in one line.')],
    *,
    regex: Annotated[bool, typer.Option("--regex", help="The query is a regular expression.")] = False,
    context_lines: Context = 0,
    limit: Limit = 100,
    bundle: BundleFile = None,
    everything: Whole = False,
    project: ProjectName = None,
    session: SessionRef = None,
    as_json: Json = False,
) -> int:
    """Search commands and what they printed, line by line, for words or a pattern.

    Of a server name a part: --session, --project or --all that you may see. The server searches by its index, the
    newest command first; for --regex and --context-lines the record is read from its beginning. With --bundle a file is
    read so, without a server. Each line comes with its command, session, time, event and the offset in the output,
    which `qd audit erase` takes. Of output, sequences that steer terminals are left out; of all else they are shown as
    escapes.
    """
    from quarterdeck.audit.searching.telling import search

    return await search(
        qd,
        query,
        regex=regex,
        context=context_lines,
        limit=limit,
        bundle=bundle,
        everything=everything,
        project=project,
        session=session,
        as_json=as_json,
    )
