"""qd audit replay: the whole session as it was."""

from typing import Annotated

import typer

from quarterdeck.audit.commands.options import BundleFile
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd

Session = Annotated[
    str | None,
    typer.Argument(metavar="SESSION", help="A session's id, or the end of it. With --bundle: by default the only one."),
]
Speed = Annotated[float, typer.Option("--speed", metavar="FACTOR", help="2 plays in half the time.")]
Idle = Annotated[float | None, typer.Option("--idle", metavar="SECONDS", help="No pause of the record lasts longer.")]
From = Annotated[str, typer.Option("--from", metavar="PLACE", help="Begin there.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="PLACE", help="Print the state of everything there, and play nothing.")
]
Diff = Annotated[
    tuple[str, str] | None, typer.Option("--diff", metavar="A B", help="Print what happened between two places.")
]
File = Annotated[str | None, typer.Option("--file", metavar="PATH", help="Print what was in this file, --at a place.")]


async def replay_session(
    qd: Qd,
    session: Session = None,
    *,
    bundle: BundleFile = None,
    speed: Speed = 1.0,
    idle: Idle = None,
    begin: From = "start",
    at: At = None,
    diff: Diff = None,
    file: File = None,
    as_json: Json = False,
) -> int:
    """Play a whole session: commands, terminals, notes and file changes on a time line. ? in the player shows its keys.

    A PLACE is a time (1:23 or 90s), a position of the log (1042), a command (c3, or its id), start or end. --from takes
    an offset in what a command printed as well, as `qd search` tells it: c3@1692, or its id so.
    With --plain, and where standard output is no terminal, the time line is printed, an event a line.
    With --bundle the session is read from a file that `qd audit export` wrote.
    """
    from quarterdeck.audit.replaying import Wish, replay

    wish = Wish(speed=speed, idle=idle, begin=begin, at=at, diff=diff, file=file, as_json=as_json)
    return await replay(qd, session, bundle, wish)
