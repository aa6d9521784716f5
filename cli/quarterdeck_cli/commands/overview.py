"""qd alone: where one stands, and what to do next."""

from quarterdeck_cli import ids
from quarterdeck_cli.api import access
from quarterdeck_cli.api import plain as builtins_of
from quarterdeck_cli.api.commands import RecentCommand, recent_commands
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.api.sessions import Session, sessions
from quarterdeck_cli.commands import attention, away
from quarterdeck_cli.commands.overview_offline import show_known, tell_pending
from quarterdeck_cli.errors import CliError, ConnectionLostError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

SHOWN = 10


async def overview(qd: Qd, *, as_json: bool = False) -> int:
    """The server, what is open in it, what runs, and the next steps. Its exit code says whether the server answers."""
    try:
        client = await qd.client()
        viewer = await access.viewer(client)
    except CliError as error:
        qd.out.error(error)
        if isinstance(error, ConnectionLostError) and qd.standby and not as_json:
            await show_known(qd, await qd.client())
        else:
            qd.out.note("`qd --help` lists all commands.")
        return error.exit_code
    open_sessions = await first(sessions(client, live=True), SHOWN)
    recent = await first(recent_commands(client, live=True), 5 * SHOWN)
    running = [command for command in recent if command.state in {"QUEUED", "RUNNING"}]
    waiting = await attention.waiting(client)
    happened = await away.of_all(client)
    if as_json:
        told = [{"project": {"id": home.id, "name": home.name}, **builtins_of(each)} for home, each in happened]
        qd.out.json(
            {
                "url": client.url,
                "name": viewer.name,
                "sessions": open_sessions,
                "commands": running,
                "away": told,
                "waiting": waiting,
            }
        )
        return 0
    qd.out.fields([("server", client.url), ("user", viewer.name)])
    await away.show_all(qd, client, happened)
    _show(qd, open_sessions, running)
    attention.show(qd, waiting)
    tell_pending(qd)
    qd.out.line()
    for step in _next_steps(open_sessions, running):
        qd.out.line(step)
    return 0


def _show(qd: Qd, open_sessions: list[Session], running: list[RecentCommand]) -> None:
    qd.out.line()
    qd.out.line(_count(len(open_sessions), "open session"))
    for session in open_sessions:
        title = f"  {plain(session.title)}" if session.title else ""
        qd.out.line(f"  {ids.short(session.id)}  {session.state.lower():8}  {plain(session.project.name)}{title}")
    qd.out.line(_count(len(running), "running command"))
    for command in running:
        qd.out.line(f"  {ids.short(command.id)}  {command.state.lower():8}  {plain(command.text)[:60]}")


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number == 1 else 's'}"


def _next_steps(open_sessions: list[Session], running: list[RecentCommand]) -> list[str]:
    steps = [("qd project add .", "register this folder's repository")]
    if open_sessions:
        steps.append((f"qd run -s {ids.short(open_sessions[0].id)} -- ls", "run something in an open session"))
    else:
        steps.append(("qd run -- ls", "run something in a session of its own"))
    if running:
        steps.append((f"qd attach {ids.short(running[0].id)}", "see what a command prints"))
    steps.append(("qd --help", "all commands"))
    return [f"{call:<25}  {what}" for call, what in steps]
