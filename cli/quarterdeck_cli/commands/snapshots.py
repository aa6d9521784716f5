"""qd diff, and what `qd session` shows of a session's files over time."""

import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from typing import Annotated

import msgspec
import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import snapshots as api
from quarterdeck_cli.api.snapshots import Diff, FileDiff, SkippedPath
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.patch import lines_of
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, plain, size

Session = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, or the end of it.")]
Command = Annotated[str, typer.Argument(metavar="COMMAND", help="A command's id, or the end of it.")]
Path = Annotated[str, typer.Argument(metavar="PATH", help="From the root of the workspace.")]
Folder = Annotated[str, typer.Argument(metavar="[PATH]", help="From the root of the workspace.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="POINT", help="After this command, or at this tree; the newest by default."),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="POINT", help="A command or a tree; what it started with by default.")
]
To = Annotated[str | None, typer.Option("--to", metavar="POINT", help="A command or a tree; the newest by default.")]
Stat = Annotated[bool, typer.Option("--stat", help="Only the files' names and how much changed.")]

_TREE = re.compile(r"[0-9a-f]{40}")
_SHOWN_SKIPPED = 10


class NotEndedError(CliError):
    """It has no end yet to be compared with its start."""

    exit_code = ExitCode.TRY_AGAIN


async def diff(qd: Qd, command: Command, *, stat: Stat = False, as_json: Json = False) -> None:
    """Show what a command changed."""
    client = await qd.client()
    command_id = await resolve.command_id(client, command)

    async def page(after: str | None) -> Diff:
        found = await api.command_diff(client, command_id, after)
        if found is None:
            raise NotEndedError("There is no snapshot of this command's end.", "Has it ended? See `qd command show`.")
        return found

    await show_diff(qd, page, stat=stat, as_json=as_json)


async def session_diff(
    qd: Qd, session: Session, *, before: From = None, until: To = None, stat: Stat = False, as_json: Json = False
) -> None:
    """Show what changed in a session between two points in time."""
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    ends = await point_of(client, before), await point_of(client, until)
    await show_diff(qd, lambda after: api.session_diff(client, session_id, *ends, after), stat=stat, as_json=as_json)


async def session_tree(qd: Qd, session: Session, path: Folder = "", *, at: At = None, as_json: Json = False) -> None:
    """List a folder of a session's files at a point in time."""
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    found = [entry async for entry in api.tree(client, session_id, path, await point_of(client, at))]
    if as_json:
        qd.out.json(found)
        return
    rows = [[entry.kind.lower(), size(entry.size), entry.name] for entry in found]
    qd.out.table(["KIND", "SIZE", "NAME"], rows, nothing="It is empty.")


async def session_cat(qd: Qd, session: Session, path: Path, *, at: At = None, as_json: Json = False) -> None:
    """Print a file of a session as it was at a point in time: as it is into a file or pipe, made harmless on a
    terminal. A link's is what it points to.
    """
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    on_terminal = sys.stdout.isatty()
    rest = b""
    async for part in api.file_parts(client, session_id, path, await point_of(client, at)):
        if as_json:
            qd.out.json_line(part)
        elif not on_terminal:
            qd.out.content(part.content)
        elif part.binary:
            raise UsageError(f"It is binary, {size(part.size)}.", "Send it into a file: `qd session cat … > FILE`.")
        else:
            *lines, rest = (rest + part.content).split(b"\n")
            for line in lines:
                qd.out.line(plain(line.decode(errors="backslashreplace")))
    if rest:
        qd.out.line(plain(rest.decode(errors="backslashreplace")))


async def session_blame(qd: Qd, session: Session, path: Path, *, at: At = None, as_json: Json = False) -> None:
    """Show for each line of a file which command it came with, whose that was, and when."""
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    found = await api.blame(client, session_id, path, await point_of(client, at))
    if as_json:
        qd.out.json(found)
        return
    last = found.ranges[-1] if found.ranges else None
    width = len(str(last.start + len(last.lines))) if last else 1
    with qd.out.paging():
        for each in found.ranges:
            by = each.snapshot.command
            whose = f"{ids.short(by.id)} {plain(by.requested_by)[:12]:<12}" if by else f"{_between(each):<21}"
            for number, line in enumerate(each.lines, each.start):
                qd.out.line(f"{whose} {lately(each.snapshot.recorded_at):<10} {number:>{width}} {plain(line)}")
    if found.truncated:
        qd.out.note("It changed too often: the oldest lines may be older than they seem.")


async def session_snapshots(qd: Qd, session: Session, *, as_json: Json = False) -> None:
    """List the points in time of a session's files, from what it started with."""
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    found = [each async for each in api.snapshots(client, session_id)]
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [
            each.tree,
            lately(each.recorded_at),
            str(each.files_changed),
            str(each.skipped_total or ""),
            ids.short(each.command.id) if each.command else "",
            each.command.text if each.command else f"written by {each.written_by}" if each.written_by else "",
        ]
        for each in found
    ]
    qd.out.table(["TREE", "TAKEN", "FILES", "LEFT OUT", "COMMAND", ""], rows, nothing="It has no files yet.")


async def point_of(client: Client, text: str | None) -> str | None:
    """A tree's name as it is, a command's id as the server has it."""
    return text if text is None or _TREE.fullmatch(text) else await resolve.command_id(client, text)


def _between(found: api.BlameRange) -> str:
    return f"{found.snapshot.tree[:8]} {plain(found.snapshot.written_by or '-')[:12]}"


async def show_diff(qd: Qd, page: Callable[[str | None], Awaitable[Diff]], *, stat: bool, as_json: bool) -> None:
    """All pages, each as it comes; on a terminal by its pager."""
    files: list[FileDiff] = []
    with nullcontext() if as_json else qd.out.paging():
        found = await page(None)
        while True:
            files += found.files
            if not as_json:
                show_page(qd, found, stat=stat)
            if found.end_cursor is None:
                break
            found = await page(found.end_cursor)
    if as_json:
        qd.out.json(msgspec.structs.replace(found, files=tuple(files)))
        return
    if not files:
        qd.out.note("Nothing changed.")
    say_skipped(qd, found.skipped, found.skipped_total)


def show_page(qd: Qd, found: Diff, *, stat: bool) -> None:
    for file in found.files:
        for line, style in lines_of(file):
            qd.out.line(line, style)
            if stat:
                break


def say_skipped(qd: Qd, skipped: Sequence[SkippedPath], total: int, where: str = "") -> None:
    for each in skipped[:_SHOWN_SKIPPED]:
        qd.out.note(f"Left out{where}: {plain(each.path)}: {plain(each.reason)}")
    if total > _SHOWN_SKIPPED:
        qd.out.note(f"… and {total - _SHOWN_SKIPPED:,} more.")
