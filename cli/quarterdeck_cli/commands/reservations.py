"""qd budget reserve, qd budget release: what a call may take, held for it before it is made."""

from typing import Annotated, Any
from uuid import uuid4

import typer

from quarterdeck_cli import ids, resolve, task_words
from quarterdeck_cli.api import budgets as api
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.commands.budgets import Dollars, Persona, Task, Tokens
from quarterdeck_cli.qd import Qd

Request = Annotated[str | None, typer.Option("--request", metavar="ID", help="The same again is answered as before.")]
Purpose = Annotated[str, typer.Option("--for", metavar="TEXT", help="What the call is for.")]
Lease = Annotated[int, typer.Option("--lease", metavar="SECONDS", min=1, help="Then it is given back by itself.")]
Held = Annotated[str, typer.Argument(metavar="RESERVATION", help="The id that `qd budget reserve` printed.")]


async def reserve_budget(
    qd: Qd,
    *,
    usd: Dollars = None,
    tokens: Tokens = None,
    request: Request = None,
    purpose: Purpose = "",
    session: SessionRef = None,
    task: Task = None,
    persona: Persona = None,
    lease: Lease = 600,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Reserve what a call of a model may take at most, before it is made, and print the reservation's id.

    `qd usage record --reservation ID` settles it with what the call took.
    """
    client = await qd.client()
    asked: dict[str, Any] = {
        "projectId": await resolve.project_or_here(client, project),
        "requestId": request or str(uuid4()),
        "usd": usd,
        "tokens": tokens,
        "purpose": purpose,
        "persona": persona or "",
        "sessionId": await resolve.session_id(client, session) if session else None,
        "taskId": (await task_words.task_of(client, task, project)).id if task else None,
        "leaseSeconds": lease,
    }
    reserved = await api.reserve(client, asked)
    if as_json:
        qd.out.json(reserved)
        return
    qd.out.line(str(ids.uuid_of(reserved.reservation_id)))


async def release_budget(qd: Qd, reservation: Held, *, as_json: Json = False) -> None:
    """Give back what was reserved for a call that is not made."""
    released = await api.release(await qd.client(), resolve.reservation_id(reservation))
    if as_json:
        qd.out.json(released)
        return
    qd.out.note(f"It is {released.fate.lower()}.")
