"""qd file: files of a session, read and written from outside."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.api import files as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, SessionRef
from quarterdeck_cli.commands import snapshots
from quarterdeck_cli.commands.snapshots import At, Folder, point_of
from quarterdeck_cli.commands.snapshots import Path as Remote
from quarterdeck_cli.errors import CliError, ServerFailure, UsageError
from quarterdeck_cli.files import target as local_file
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, size

Local = Annotated[str, typer.Argument(metavar="FILE", help="A file of this machine; - is standard input.")]
Target = Annotated[
    str | None, typer.Argument(metavar="[FILE]", help="On this machine; by default of the same name here.")
]
To = Annotated[
    str | None, typer.Argument(metavar="[PATH]", help="From the root of the workspace; by default FILE's name.")
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace what is there.")]


async def list_files(
    qd: Qd, path: Folder = "", *, session: SessionRef = None, at: At = None, as_json: Json = False
) -> None:
    """List a folder of a session's files, as the newest snapshot has them or as they were."""
    session_id = await resolve.session_or_only(await qd.client(), session)
    await snapshots.session_tree(qd, session_id, path, at=at, as_json=as_json)


async def print_file(qd: Qd, path: Remote, *, session: SessionRef = None, at: At = None, as_json: Json = False) -> None:
    """Print a file of a session: as it is into a file or pipe, made harmless on a terminal."""
    session_id = await resolve.session_or_only(await qd.client(), session)
    await snapshots.session_cat(qd, session_id, path, at=at, as_json=as_json)


async def get_file(
    qd: Qd,
    path: Remote,
    file: Target = None,
    *,
    session: SessionRef = None,
    at: At = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Fetch a file of a session, whatever is in it and however large it is."""
    target = Path(file or path.rstrip("/").rsplit("/", 1)[-1])
    if target.is_dir():
        target /= path.rstrip("/").rsplit("/", 1)[-1]
    client = await qd.client()
    session_id = await resolve.session_or_only(client, session)
    point = await point_of(client, at)
    count = 0
    with local_file(target, replace=force) as out:
        async for part in api.parts(client, session_id, path, point):
            out.write(part.content)
            count += len(part.content)
    if as_json:
        qd.out.json({"file": str(target), "path": path, "bytes": count})
        return
    qd.out.note(f"Wrote {plain(str(target))}, {size(count)}.")


async def put_file(
    qd: Qd,
    file: Local,
    path: To = None,
    *,
    session: SessionRef = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Send a file to a session, up to 1 MiB. What is there already is replaced with --force only.

    Even then it is what was seen there that is replaced: a change in between is refused.
    """
    if file == "-" and path is None:
        raise UsageError("Standard input has no name.", "Name a PATH: `qd file put - PATH`.")
    data, executable = _local(file)
    wanted = path or Path(file).name
    client = await qd.client()
    session_id = await resolve.session_or_only(client, session)
    base = api.digest(await api.content(client, session_id, wanted)) if force else None
    mode = executable if base is None else None
    try:
        written = await api.write(client, session_id, wanted, data, base=base, executable=mode)
    except ServerFailure as failure:
        if failure.code == "CONFLICT" and not force and await _is_there(client, session_id, wanted):
            failure.next_step = "Look at it with `qd file cat`; replace it with --force."
        raise
    if as_json:
        told = {"tree": written.tree, "sha256": written.sha256, "changed": written.changed}
        qd.out.json({"sessionId": session_id, "path": wanted, "bytes": len(data), **told})
        return
    what = "is written" if written.changed else "had that already"
    qd.out.note(f"{plain(wanted)} {what}, {size(len(data))}; the files are {written.tree[:12]}.")


async def _is_there(client: Client, session_id: str, path: str) -> bool:
    """A plain file, that could be replaced."""
    with suppress(CliError):
        return await api.content(client, session_id, path) is not None
    return False


def _local(file: str) -> tuple[bytes, bool | None]:
    """Content, and whether it can be executed, of which standard input says nothing."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(api.MAX_BYTES + 1), None
        with Path(file).open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            return opened.read(api.MAX_BYTES + 1), bool(mode & 0o100)
    except OSError as error:
        raise CliError(f"{plain(file)} cannot be read: {error.strerror}.", "Name another file.") from error
