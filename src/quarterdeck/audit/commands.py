"""`qd audit`: the audit tool's commands, which the client finds by its entry-point group `quarterdeck.cli`.

Every call of `qd` imports this module, so the checks themselves are imported when one is asked for.
"""

from pathlib import Path
from typing import Annotated

import typer

from quarterdeck_cli.command_line import Json, ProjectName, SessionRef, command, group
from quarterdeck_cli.qd import Qd

KnownHead = Annotated[
    str | None,
    typer.Option("--known-head", metavar="POSITION:DIGEST", help="A head noted earlier, which must be in the log."),
]
TrustedKeys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="KEY", help="A key noted earlier, which must have signed; may be repeated."),
]


BundleFile = Annotated[
    Path | None, typer.Option("--bundle", metavar="FILE", help="A bundle, in place of a server's log.")
]
Whole = Annotated[bool, typer.Option("--all", help="The whole log.")]


class AuditPlugin:
    """Adds `qd audit`."""

    def add_to(self, app: typer.Typer) -> None:
        audit = group("Check the record.")
        command(audit, "verify")(verify_log)
        command(audit, "keys")(list_keys)
        command(audit, "export")(export_log)
        command(audit, "rehearse")(rehearse_log)
        app.add_typer(audit, name="audit")


plugin = AuditPlugin()


async def verify_log(
    qd: Qd,
    *,
    bundle: BundleFile = None,
    known_head: KnownHead = None,
    key: TrustedKeys = None,
    as_json: Json = False,
) -> int:
    """Check the log: the digest chain from its first event on, and the signed checkpoints in it and outside of it.

    Needs a token that sees all events. Prints how many were checked, the head, and what was signed. A chain alone
    cannot show that its end was cut off or that all of it was written anew: give the --key that `qd audit keys` printed
    at a time when the log was good. Exits with 1 on the first bad position.

    With --bundle a file that `qd audit export` made is checked, without any server: its transcripts as well.
    """
    if bundle:
        from quarterdeck.audit.offline import check_bundle

        return await check_bundle(qd, bundle, known_head, key or [], as_json=as_json)
    from quarterdeck.audit.over_api import check

    return await check(qd, known_head, key or [], as_json=as_json)


async def list_keys(qd: Qd, *, as_json: Json = False) -> int:
    """List the public keys that sign the log's checkpoints, oldest first. Note them away from the server."""
    from quarterdeck.audit.over_api import show_keys

    return await show_keys(qd, as_json=as_json)


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


async def rehearse_log(qd: Qd, *, bundle: BundleFile = None, as_json: Json = False) -> int:
    """Read the whole log with this release, and list what it cannot read: before an upgrade, with the new release.

    Reads the server's log, or a --bundle that `qd audit export` made. Exits with 1 where something cannot be read.
    """
    from quarterdeck.audit.offline import rehearse_log as rehearse

    return await rehearse(qd, bundle, as_json=as_json)
