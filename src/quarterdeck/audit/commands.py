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


class AuditPlugin:
    """Adds `qd audit`."""

    def add_to(self, app: typer.Typer) -> None:
        audit = group("Check the record.")
        command(audit, "verify")(verify_log)
        # a group of one command would become that command
        audit.callback()(_no_action)
        app.add_typer(audit, name="audit")


plugin = AuditPlugin()


def _no_action() -> None:
    """Check the record."""


async def verify_log(qd: Qd, *, known_head: KnownHead = None, as_json: Json = False) -> int:
    """Check the log's digest chain from its first event on.

    Needs a token that sees all events. Prints how many were checked and the head, which can be noted and given again
    with --known-head: a chain alone cannot show that its end was cut off. Exits with 1 on the first bad position.
    """
    from quarterdeck.audit.over_api import check

    return await check(qd, known_head, as_json=as_json)
