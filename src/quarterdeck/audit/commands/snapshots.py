"""qd audit snapshots: are a session's files as they were?"""

from typing import Annotated

import typer

from quarterdeck.audit.commands.options import BundleFile
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd


async def verify_snapshots(
    qd: Qd,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, or the end of it.")],
    *,
    bundle: BundleFile = None,
    as_json: Json = False,
) -> int:
    """Check that a session's snapshots are there, and are what their names in the log say.

    The name of a git tree is a digest of all that is in it. So each folder and file of each snapshot is fetched and
    hashed here, each once, and nothing else is believed. Exits with 1 at the first that is missing or has another name.

    With --bundle the names are those in a bundle that was verified; the files still come from the server.
    """
    from quarterdeck.audit.snapshot_checks import check_snapshots

    return await check_snapshots(qd, session, bundle, as_json=as_json)
