"""qd audit erase: taking out of the log what must not stay in it."""

from typing import Annotated

import typer

from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd

Events = Annotated[
    list[str] | None,
    typer.Option(
        "--event",
        "-e",
        metavar="POSITION[:FIELDS]",
        help="An event; of its fields those named, with commas between, or all that can be erased. May be repeated.",
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="COMMAND[:FIRST-UNTIL]",
        help="What a command printed: all, or from one offset until before another. May be repeated.",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why. It stays in the log: without the secret.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be erased, and erase nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before.")]


async def erase_from_log(
    qd: Qd,
    *,
    event: Events = None,
    output: Output = None,
    reason: Reason,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Erase a leaked secret from the log, for good: fields of events, and stretches of what commands printed.

    Needs a token with the scope `log:erase`, which `*` does not hold: `qd token issue NAME --scope log:erase`. You must
    own the projects concerned, or be an admin. That something was erased, by whom, when, why and where stays in the
    log; `qd audit verify` still proves all the rest. Read models follow at once.

    What it does not reach: files and exported variables in snapshots, exported branches, bundles and reports written
    before, backups.
    """
    from quarterdeck.audit.erasing import erase

    return await erase(qd, event or [], output or [], reason, dry_run=dry_run, yes=yes, as_json=as_json)
