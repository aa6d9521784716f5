"""qd audit reexecute: does it come out the same again?"""

from typing import Annotated

import typer

from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd

Which = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, or the end of it.")]
Only = Annotated[
    list[str] | None,
    typer.Option("--normalise", metavar="NAME", help="Leave only this out of account; may be repeated."),
]
Exact = Annotated[bool, typer.Option("--exact", help="Leave nothing out of account.")]
Ignored = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="REGEX", help="Leave what fits out of account, too; may be repeated."),
]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the session open in which the last of them ran.")]


async def reexecute_session(
    qd: Qd,
    session: Which,
    *,
    normalise: Only = None,
    exact: Exact = False,
    ignore: Ignored = None,
    keep: Keep = False,
    as_json: Json = False,
) -> int:
    """Run a session's commands again, in a fresh jail with the recorded files, and compare what comes out.

    Each command gets a verdict: same; same after normalizing (but for times, durations, rates, numbers of
    processes, addresses, ports, UUIDs, temporary names and names of commits); drifted, with the first exit code, line
    of output or file that differs; not reproducible, with why. Input, sizes and signals are sent as they were. Exits
    with 1 where a command drifted. The commands really run: what they reach on the network, they reach again.
    """
    from quarterdeck.audit.reexecution.telling import reexecute

    return await reexecute(qd, session, normalise, ignore or [], exact=exact, keep=keep, as_json=as_json)
