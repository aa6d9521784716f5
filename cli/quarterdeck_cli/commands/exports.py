"""qd workspace export: a session's files as a branch, a patch or a tar."""

import hashlib
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.api import exports as api
from quarterdeck_cli.api.exports import Export, Recorded
from quarterdeck_cli.command_line import Json, closed_output
from quarterdeck_cli.commands.snapshots import At, Session, point_of, say_skipped
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.files import target
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, size


class Format(StrEnum):
    BRANCH = "branch"
    PATCH = "patch"
    TAR = "tar"


As = Annotated[
    Format,
    typer.Option("--format", help="branch: of the project's repository; patch: for git apply; tar: all files."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; standard output by default.")
]
Branch = Annotated[str | None, typer.Option("--branch", metavar="NAME", help="quarterdeck/session-… by default.")]


async def export_workspace(
    qd: Qd,
    session: Session,
    *,
    form: As,
    at: At = None,
    output: Output = None,
    branch: Branch = None,
    as_json: Json = False,
) -> int:
    """Take a session's files out, as they were at a point in time. The session may have ended.

    A branch is written into the project's repository where that is a folder of the server: one commit on top of the
    one that the session started from, or of the export before. Work trees, index and HEAD are left alone.
    """
    _check(form, output, branch, as_json=as_json)
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    with qd.out.status("Exporting …"):
        made = await api.export_workspace(client, session_id, form.value, await point_of(client, at), branch)
    if made.download is None:
        return _say_branch(qd, made, as_json=as_json)
    try:
        with target(output) as file:
            sha256, length = await _copy(client.download(made.download), file)
            found = await api.recorded(client, session_id, made.position, sha256)
            if found is None:
                raise _NotRecordedError(
                    "The log names no export with this content: it was changed on the way.", "Try again."
                )
    except BrokenPipeError:
        return closed_output()
    _say_file(qd, made, found, form, output, length, as_json=as_json)
    return ExitCode.OK


class _NotRecordedError(UsageError):
    """What came is not what the server sent."""

    exit_code = ExitCode.OUTPUT_DIFFERS


def _check(form: Format, output: Path | None, branch: str | None, *, as_json: bool) -> None:
    if form is Format.BRANCH:
        if output is not None:
            raise UsageError("A branch is not written to a file.", "Leave out --output, or ask for a patch or a tar.")
        return
    if branch is not None:
        raise UsageError(f"A {form.value} has no branch.", "Leave out --branch, or ask for --format branch.")
    if output is None and as_json:
        raise UsageError("The content and JSON cannot both go to standard output.", "Name a file with --output.")
    if output is None and sys.stdout.isatty():
        raise UsageError(
            "The content is not for a terminal.", "Name a file with --output; `qd session diff` shows what changed."
        )


async def _copy(parts: AsyncGenerator[bytes], file: IO[bytes]) -> tuple[str, int]:
    """The SHA-256 and the length of what was written."""
    digest, length = hashlib.sha256(), 0
    async with aclosing(parts) as given:
        async for part in given:
            digest.update(part)
            length += len(part)
            file.write(part)
    file.flush()
    return digest.hexdigest(), length


def _say_branch(qd: Qd, made: Export, *, as_json: bool) -> int:
    snapshot = made.snapshot
    if as_json:
        qd.out.json(
            {
                "format": "branch",
                "branch": made.branch,
                "commit": made.commit,
                "tree": snapshot.tree,
                "baseCommit": made.base_commit,
                "leftOut": snapshot.skipped,
                "leftOutTotal": snapshot.skipped_total,
            }
        )
        return ExitCode.OK
    qd.out.line(f"{made.branch} {made.commit}")
    say_skipped(qd, snapshot.skipped, snapshot.skipped_total)
    return ExitCode.OK


def _say_file(
    qd: Qd, made: Export, found: Recorded, form: Format, output: Path | None, length: int, *, as_json: bool
) -> None:
    if as_json:
        qd.out.json(
            {
                "format": form.value,
                "output": str(output),
                "bytes": length,
                "sha256": found.sha256,
                "tree": made.snapshot.tree,
                "baseCommit": made.base_commit,
                "leftOut": found.left_out,
                "leftOutTotal": found.left_out_total,
            }
        )
        return
    if output is not None:
        qd.out.note(f"Wrote {plain(str(output))}: {size(length)}, SHA-256 {found.sha256}.")
    if form is Format.PATCH:
        qd.out.note(f"It applies to commit {made.base_commit[:12]}: `git apply --index FILE`.")
    say_skipped(qd, found.left_out, found.left_out_total)
