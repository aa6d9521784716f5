"""qd audit report: a session as a page."""

from pathlib import Path
from typing import Annotated

import typer

from quarterdeck.audit.commands.options import BundleFile, TrustedKeys
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd

Which = Annotated[str | None, typer.Argument(metavar="SESSION", help="A session's id, or the end of it.")]
To = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The page; by default session-ID.html here.")
]


async def report_session(
    qd: Qd,
    session: Which = None,
    *,
    output: To = None,
    bundle: BundleFile = None,
    key: TrustedKeys = None,
    as_json: Json = False,
) -> int:
    """Write a session as one HTML page that a reviewer can read without Quarterdeck.

    Who did what and when, what it printed, changed, reached and cost, and what was found when the record was checked.
    The page has all in it, loads nothing and runs nothing, whatever the session printed. Exits with 1 where the record
    is not as it was written; the page is made all the same, and says so.

    With --bundle it is made without a server. SESSION may be left out for a bundle of one session.
    """
    from quarterdeck.audit.reporting import report

    return await report(qd, session, output, bundle, key or [], as_json=as_json)
