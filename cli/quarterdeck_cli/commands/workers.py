"""qd worker: the hosts that run sessions."""

from collections.abc import Sequence
from typing import Annotated

import typer

from quarterdeck_cli import ids
from quarterdeck_cli.api import workers as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.errors import NotFoundError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately

Which = Annotated[str | None, typer.Argument(metavar="[WORKER]", help="A worker's name; the only one by default.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def list_workers(qd: Qd, *, as_json: Json = False) -> None:
    """List workers, and how many sessions each holds."""
    known = await api.workers(await qd.client())
    if as_json:
        qd.out.json(known)
        return
    rows = [[w.id, w.host, "alive" if w.alive else "gone", f"{w.sessions} of {w.capacity}"] for w in known]
    qd.out.table(["ID", "HOST", "STATE", "SESSIONS"], rows, nothing="No worker is known. Is `quarterdeck up` running?")


async def list_findings(qd: Qd, worker: Which = None, *, limit: Limit = 50, as_json: Json = False) -> None:
    """List what workers found to be otherwise than the log had it, newest first."""
    _show(qd, await first(api.findings(await qd.client(), worker), limit), as_json=as_json)


async def check_worker(qd: Qd, worker: Which = None, *, as_json: Json = False) -> None:
    """Have a worker compare the log with its host now, and show what it found and put right."""
    client = await qd.client()
    name = worker or _only([each.id for each in await api.workers(client) if each.alive])
    with qd.out.status(f"Worker {name} looks at its host …"):
        found = await api.check_worker(client, name)
    _show(qd, found, as_json=as_json)


def _only(names: Sequence[str]) -> str:
    if len(names) != 1:
        raise NotFoundError(
            "There is no worker." if not names else f"There are {len(names)} workers.",
            "Name one that `qd worker list` shows.",
        )
    return names[0]


def _show(qd: Qd, found: Sequence[api.Finding], *, as_json: bool) -> None:
    if as_json:
        qd.out.json(found)
        return
    rows = [[lately(f.found_at), f.worker_id or "", _said(f.kind), ids.short(f.session_id), f.detail] for f in found]
    qd.out.table(["FOUND", "WORKER", "WHAT", "SESSION", "DETAIL"], rows, nothing="All is as the log has it.")


def _said(kind: str) -> str:
    return kind.lower().replace("_", " ")
