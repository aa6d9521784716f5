"""qd audit export: the record, or a part of it, as a file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from quarterdeck.audit.commands.options import BundleFile, Whole
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd


class Format(StrEnum):
    BUNDLE = "bundle"
    CLOUDEVENTS = "cloudevents"
    ASCIICAST = "asciicast"
    ATIF = "atif"
    JSONL = "jsonl"


As = Annotated[
    Format,
    typer.Option(
        "--format",
        help="bundle: all of it, to be checked anywhere; cloudevents: CloudEvents 1.0, one a line; asciicast: a folder "
        "of recordings, one a command, v3; atif: a session as a trajectory; jsonl: events as `qd events list` has "
        "them.",
    ),
]

WithFiles = Annotated[
    bool, typer.Option("--with-files", help="In a bundle: also the files of all snapshots that it names.")
]


async def export_log(
    qd: Qd,
    file: Annotated[Path, typer.Argument(help="To write, as record.tar.zst.")],
    *,
    form: As = Format.BUNDLE,
    bundle: BundleFile = None,
    everything: Whole = False,
    project: ProjectName = None,
    session: SessionRef = None,
    with_files: WithFiles = False,
    as_json: Json = False,
) -> int:
    """Write the record, or a part of it: as a bundle that is checked anywhere, or in a format of other programs.

    A bundle has events, what commands printed and signed checkpoints in one file, a tar archive packed with zstd. An
    export of one that was cut off goes on where it was when it is started again; in other formats there is nothing
    until it is whole. Erased payloads are holes. A whole log needs a token that sees all events.

    With --with-files it also has the folders and files of each snapshot, each object once, so that it can be checked,
    compared and read without a server.

    With --bundle another format is made out of a bundle, without a server: of all that is in it, or of one --project
    or --session. Check it with `qd audit verify --bundle` before.
    """
    if form is Format.BUNDLE:
        from quarterdeck.audit.offline import export_bundle

        return await export_bundle(
            qd,
            file,
            bundle=bundle,
            everything=everything,
            project=project,
            session=session,
            files=with_files,
            as_json=as_json,
        )
    if with_files:
        raise UsageError("Only bundles have files.", "Leave --with-files or --format out.")
    from quarterdeck.audit.converting import export_as

    return await export_as(
        qd,
        file,
        form.value,
        bundle=bundle,
        everything=everything,
        project=project,
        session=session,
        as_json=as_json,
    )
