"""qd session compare: how the files of two sessions differ."""

from contextlib import nullcontext
from typing import Annotated

import msgspec
import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import comparisons as api
from quarterdeck_cli.api.comparisons import ComparedSession, Comparison
from quarterdeck_cli.api.snapshots import Diff
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.snapshots import Stat, point_of, say_skipped, show_page
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd

A = Annotated[str, typer.Argument(metavar="A", help="A session's id, or the end of it.")]
B = Annotated[str, typer.Argument(metavar="B", help="The one that is compared with it.")]
AtA = Annotated[str | None, typer.Option("--at-a", metavar="POINT", help="A's command or tree; the newest by default.")]
AtB = Annotated[str | None, typer.Option("--at-b", metavar="POINT", help="B's command or tree; the newest by default.")]
Patch = Annotated[bool, typer.Option("--patch", help="The changed lines as well, which is the default.")]


async def compare_sessions(
    qd: Qd,
    a: A,
    b: B,
    *,
    at_a: AtA = None,
    at_b: AtB = None,
    stat: Stat = False,
    patch: Patch = False,
    as_json: Json = False,
) -> None:
    """Show what makes the files of session A those of session B, and what the two have in common.

    Both are of one project. Either may have ended.
    """
    if sum((stat, patch, as_json)) > 1:
        raise UsageError("More than one of --stat, --patch and --json was given.", "Give one of them.")
    client = await qd.client()
    first, second = await resolve.session_id(client, a), await resolve.session_id(client, b)
    found = await api.compare(client, first, second, await point_of(client, at_a), await point_of(client, at_b))
    if not as_json:
        _say_common(qd, found)
    files = list(found.diff.files)
    with nullcontext() if as_json else qd.out.paging():
        page: Diff = found.diff
        while True:
            if not as_json:
                show_page(qd, page, stat=stat)
            if page.end_cursor is None:
                break
            trees = found.a.snapshot.tree, found.b.snapshot.tree
            page = (await api.compare(client, first, second, *trees, page.end_cursor)).diff
            files += page.files
    if as_json:
        whole = msgspec.structs.replace(found.diff, files=tuple(files), end_cursor=None)
        qd.out.json(msgspec.structs.replace(found, diff=whole))
        return
    if not files:
        qd.out.note("Their files are the same.")
    for side in (found.a, found.b):
        say_skipped(qd, side.snapshot.skipped, side.snapshot.skipped_total, f" in {ids.short(side.session.id)}")


def _say_common(qd: Qd, found: Comparison) -> None:
    base = found.a.session.base_commit
    if found.same_base and base:
        qd.out.note(f"Both started from commit {base[:12]}.")
    elif not found.same_base:
        qd.out.note(f"They started from different commits: {_base(found.a)} and {_base(found.b)}.")
    if found.ancestor_id is None or found.a.session.id == found.b.session.id:
        return
    for side in (found.a, found.b):
        name = ids.short(side.session.id)
        if side.left_ancestor_at is None:
            qd.out.note(f"{name} is what the other one was forked from.")
        else:
            command, moment = side.left_ancestor_at.command_id, side.left_ancestor_at.moment.lower()
            where = f" {moment} command {ids.short(command)}" if command else ""
            qd.out.note(f"{name} goes back to session {ids.short(found.ancestor_id)}{where}.")


def _base(side: ComparedSession) -> str:
    return (side.session.base_commit or "?")[:12]
