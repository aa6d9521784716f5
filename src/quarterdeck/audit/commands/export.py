"""qd audit export: the record, or a part of it, as a file."""

from pathlib import Path
from typing import Annotated

import typer

from quarterdeck.audit.commands.options import Whole
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.qd import Qd


async def export_log(
    qd: Qd,
    file: Annotated[Path, typer.Argument(help="To write, as record.tar.zst.")],
    *,
    everything: Whole = False,
    project: ProjectName = None,
    session: SessionRef = None,
    as_json: Json = False,
) -> int:
    """Write a bundle: events, what commands printed, and signed checkpoints, in one file that is checked anywhere.

    It is a tar archive packed with zstd. An export that was cut off goes on where it was when it is started again.
    Erased payloads are holes in it. A whole log needs a token that sees all events.
    """
    from quarterdeck.audit.offline import export_bundle

    return await export_bundle(qd, file, everything=everything, project=project, session=session, as_json=as_json)
