"""qd worker: the hosts that run sessions."""

from quarterdeck_cli.api import workers as api
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd


async def list_workers(qd: Qd, *, as_json: Json = False) -> None:
    """List workers, and how many sessions each holds."""
    known = await api.workers(await qd.client())
    if as_json:
        qd.out.json(known)
        return
    rows = [[w.id, w.host, "alive" if w.alive else "gone", f"{w.sessions} of {w.capacity}"] for w in known]
    qd.out.table(["ID", "HOST", "STATE", "SESSIONS"], rows, nothing="No worker is known. Is `quarterdeck up` running?")
