"""qd audit rebuild: are the read models what the log gives?"""

from typing import Annotated

import typer

from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many differences.")]


async def compare_read_models(qd: Qd, *, limit: Limit = 1000, as_json: Json = False) -> int:
    """Build the read models anew from the log, beside the live ones, and compare the two row by row.

    Needs a token that sees all events. The server works on meanwhile: what is compared is one moment of the live ones.
    Prints each value that differs, with the log's. Exits with 1 where anything does.

    `quarterdeck projections rebuild` on the server puts what differs right.
    """
    from quarterdeck.audit.comparing import compare

    return await compare(qd, limit, as_json=as_json)
