"""`qd audit`: the audit tool's commands, which the client finds by its entry-point group `quarterdeck.cli`.

Every call of `qd` imports this module, so the checks themselves are imported when one is asked for.
"""

from typing import Annotated

import typer

from quarterdeck_cli.command_line import Json, command, group
from quarterdeck_cli.qd import Qd

KnownHead = Annotated[
    str | None,
    typer.Option("--known-head", metavar="POSITION:DIGEST", help="A head noted earlier, which must be in the log."),
]
TrustedKeys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="KEY", help="A key noted earlier, which must have signed; may be repeated."),
]


class AuditPlugin:
    """Adds `qd audit`."""

    def add_to(self, app: typer.Typer) -> None:
        audit = group("Check the record.")
        command(audit, "verify")(verify_log)
        command(audit, "keys")(list_keys)
        app.add_typer(audit, name="audit")


plugin = AuditPlugin()


async def verify_log(qd: Qd, *, known_head: KnownHead = None, key: TrustedKeys = None, as_json: Json = False) -> int:
    """Check the log: the digest chain from its first event on, and the signed checkpoints in it and outside of it.

    Needs a token that sees all events. Prints how many were checked, the head, and what was signed. A chain alone
    cannot show that its end was cut off or that all of it was written anew: give the --key that `qd audit keys` printed
    at a time when the log was good. Exits with 1 on the first bad position.
    """
    from quarterdeck.audit.over_api import check

    return await check(qd, known_head, key or [], as_json=as_json)


async def list_keys(qd: Qd, *, as_json: Json = False) -> int:
    """List the public keys that sign the log's checkpoints, oldest first. Note them away from the server."""
    from quarterdeck.audit.over_api import show_keys

    return await show_keys(qd, as_json=as_json)
