"""qd pending and qd sync: changes that were made while the server did not answer."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quarterdeck_cli.api import tasks as api
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.tasks import tell
from quarterdeck_cli.errors import NotSetUpError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.offline.waiting import Waiting, is_name, moment
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, plain

if TYPE_CHECKING:
    from quarterdeck_cli.offline.standby import Standby

Which = Annotated[int, typer.Argument(metavar="NUMBER", help="As `qd pending` lists it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Without being asked.")]


async def list_pending(qd: Qd, *, as_json: Json = False) -> None:
    """List changes that wait to be sent, or for a decision, in the order they were made in."""
    waiting = _standby(qd).waiting()
    if as_json:
        qd.out.json([_shown(each) for each in waiting])
        return
    rows = [[str(each.number), lately(moment(each.made_at)), _standing(each), each.said] for each in waiting]
    qd.out.table(["NUMBER", "MADE", "", "CHANGE"], rows, nothing="Nothing waits to be sent.")
    for each in waiting:
        if each.trouble:
            qd.out.line(f"{each.number}: {plain(each.trouble)} {plain(each.next_step)}".rstrip(), "yellow")
    if any(each.trouble for each in waiting):
        qd.out.note("Decide: `qd pending retry N` (yours), `theirs N` (what the server has), or `drop N`.")


async def retry(qd: Qd, number: Which, *, as_json: Json = False) -> int:
    """Send a change that was not taken once more, over what the server has by now."""
    standby = _standby(qd)
    change = standby.changes.get(number)
    client = await qd.client()
    task = None if is_name(change.task) else (await client.fetch("task", {"id": change.task}))["task"]
    standby.changes.again(number, task)
    return await _send(qd, as_json=as_json)


async def drop(qd: Qd, number: Which, *, yes: Yes = False, as_json: Json = False) -> None:
    """Let a change go. With a new task goes all that was to be done to it."""
    standby = _standby(qd)
    change = standby.changes.get(number)
    if not yes:
        _confirm(change)
    dropped = standby.changes.drop(number)
    if as_json:
        qd.out.json([_shown(each) for each in dropped])
        return
    for each in dropped:
        qd.out.note(f"Dropped: {plain(each.said)}.")


async def take_theirs(qd: Qd, number: Which, *, yes: Yes = False, as_json: Json = False) -> None:
    """Let a change go, and show the task as the server has it."""
    standby = _standby(qd)
    change = standby.changes.get(number)
    if is_name(change.task):
        raise UsageError(f"The server has no {change.task}.", f"Let it go: `qd pending drop {number}`.")
    client = await qd.client()
    if not yes:
        _confirm(change)
    standby.changes.drop(number)
    tell(qd, await api.task(client, change.task), as_json=as_json)


async def sync(qd: Qd, *, as_json: Json = False) -> int:
    """Send what was changed while the server did not answer."""
    _standby(qd)
    return await _send(qd, as_json=as_json)


async def _send(qd: Qd, *, as_json: bool) -> int:
    """To connect is to send; here it is told how that went."""
    await qd.client()
    standby = _standby(qd)
    sent = qd.sent
    if sent and sent.stopped:
        raise sent.stopped
    waiting = standby.waiting()
    if as_json:
        done = sent.done if sent else ()
        qd.out.json({"sent": [_shown(each) for each in done], "pending": [_shown(each) for each in waiting]})
    elif not waiting:
        qd.out.note("Nothing waits to be sent.")
    else:
        qd.out.note(f"{len(waiting)} left: see `qd pending`.")
    return ExitCode.TRY_AGAIN if waiting else ExitCode.OK


def _standby(qd: Qd) -> "Standby":
    standby = qd.known()
    if standby is None:
        raise NotSetUpError("Nothing is kept for when the server does not answer.", "Log in, and unset QD_OFFLINE.")
    return standby


def _standing(change: Waiting) -> str:
    return "not taken" if change.trouble else "waits"


def _shown(change: Waiting) -> dict[str, Any]:
    return {
        "number": change.number,
        "change": change.said,
        "task": change.task,
        "madeAt": moment(change.made_at),
        "trouble": change.trouble or None,
        "nextStep": change.next_step or None,
    }


def _confirm(change: Waiting) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"This lets go of a change: {plain(change.said)}.", "Add --yes where nobody can be asked.")
    if not typer.confirm(f"Let go of “{plain(change.said)}”?", err=True):
        raise UsageError("Nothing was let go of.")
