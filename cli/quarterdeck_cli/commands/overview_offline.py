"""qd alone while its server does not answer: what was known, and what waits to be sent."""

from contextlib import suppress

from quarterdeck_cli import ids
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.api.sessions import Session, sessions
from quarterdeck_cli.client import Client
from quarterdeck_cli.commands import attention
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.offline.standby import counted
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

SHOWN = 10


async def show_known(qd: Qd, client: Client) -> None:
    """How old it is, sessions that were open, one's own tasks, and what is done until the server is back."""
    waiting, known = await attention.waiting(client), list[Session]()
    with suppress(CliError):
        known = await first(sessions(client, live=True), SHOWN)
    if known:
        qd.out.line("Sessions that were open")
    for each in known:
        title = f"  {plain(each.title)}" if each.title else ""
        qd.out.line(f"  {ids.short(each.id)}  {each.state.lower():8}  {plain(each.project.name)}{title}")
    attention.show(qd, waiting)
    tell_pending(qd)
    qd.out.note("Tasks can be listed and changed meanwhile: changes wait, and are sent when the server is back.")


def tell_pending(qd: Qd) -> None:
    """What was changed and has not been taken, if anything."""
    total, undecided = qd.standby.pending() if qd.standby else (0, 0)
    if total - undecided:
        qd.out.note(f"{counted(total - undecided)} made offline: `qd pending`.")
    if undecided:
        qd.out.note(f"{counted(undecided)} made offline and not taken. Decide: `qd pending`.")
