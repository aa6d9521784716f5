"""qd task claim, renew, release, assign, note, status, block and link: working on a task."""

from typing import Annotated, Any

import typer

from quarterdeck_cli import resolve, settings, task_words
from quarterdeck_cli.api import tasks as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands.tasks import FromSession, Which, session_of, tell
from quarterdeck_cli.folder import commit_here
from quarterdeck_cli.qd import Qd

Lease = Annotated[str | None, typer.Option("--lease", metavar="TIME", help="From now on, as 10m or 2h; else 30m.")]
ClaimNumber = Annotated[int | None, typer.Option("--claim", metavar="N", help="Only if it is still this claim.")]
Force = Annotated[bool, typer.Option("--force", help="Although somebody else holds it.")]
Anyway = Annotated[bool, typer.Option("--force", help="Although what it waits for is not done.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for those who look at it.")]
Because = Annotated[str, typer.Argument(metavar="REASON", help="What it is blocked by.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="How it goes on.")]
Status = Annotated[str, typer.Argument(metavar="STATUS", help="open, in-progress, in-review, done or dropped.")]
Who = Annotated[str, typer.Argument(metavar="WHO", help="A member's name or id, me, or nobody.")]
Kind = Annotated[str, typer.Argument(metavar="KIND", help="session, command or commit.")]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="Its id, or what git in this folder calls the commit.")]
Remove = Annotated[bool, typer.Option("--remove", help="Take the link away.")]

NOBODY = "nobody"


async def claim_task(
    qd: Qd,
    task: Which,
    *,
    project: ProjectName = None,
    lease: Lease = None,
    force: Anyway = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Take a task: nobody else can, until the lease runs out. Renew it in time, or give it back."""
    client, asked = await _asked(qd, task, project, session, leaseSeconds=_seconds(lease), force=force)
    tell(qd, await api.claim(client, asked), as_json=as_json)


async def renew_task(
    qd: Qd,
    task: Which,
    *,
    project: ProjectName = None,
    lease: Lease = None,
    claim: ClaimNumber = None,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Let your claim of a task go on."""
    client, asked = await _asked(qd, task, project, session, leaseSeconds=_seconds(lease), claim=claim)
    tell(qd, await api.renew(client, asked), as_json=as_json)


async def release_task(
    qd: Qd,
    task: Which,
    *,
    project: ProjectName = None,
    reason: Reason = None,
    claim: ClaimNumber = None,
    force: Force = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Give a task back."""
    client, asked = await _asked(qd, task, project, session, reason=reason, claim=claim, force=force)
    tell(qd, await api.release(client, asked), as_json=as_json)


async def assign_task(
    qd: Qd,
    task: Which,
    who: Who,
    *,
    project: ProjectName = None,
    force: Force = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Say who is to do a task."""
    owner = None if who == NOBODY else who
    client, asked = await _asked(qd, task, project, session, owner=owner, force=force)
    tell(qd, await api.assign(client, asked), as_json=as_json)


async def note_task(
    qd: Qd,
    task: Which,
    text: Text,
    *,
    project: ProjectName = None,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Note how a task goes on."""
    client, asked = await _asked(qd, task, project, session, text=text)
    tell(qd, await api.note(client, asked), as_json=as_json)


async def set_status(
    qd: Qd,
    task: Which,
    status: Status,
    *,
    project: ProjectName = None,
    reason: Reason = None,
    force: Force = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Say how far a task is."""
    wanted = task_words.chosen(status, task_words.STATUSES, "status")
    client, asked = await _asked(qd, task, project, session, status=wanted, reason=reason, force=force)
    tell(qd, await api.change_status(client, asked), as_json=as_json)


async def block_task(
    qd: Qd,
    task: Which,
    reason: Because,
    *,
    project: ProjectName = None,
    force: Force = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Say that a task cannot go on, and why."""
    client, asked = await _asked(qd, task, project, session, reason=reason, force=force)
    tell(qd, await api.block(client, asked), as_json=as_json)


async def link_task(
    qd: Qd,
    task: Which,
    kind: Kind,
    target: Target,
    *,
    project: ProjectName = None,
    remove: Remove = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Link a task to a session, a command or a commit."""
    wanted = task_words.chosen(kind, ("session", "command", "commit"), "kind of link")
    client, asked = await _asked(qd, task, project, session)
    asked["target"] = await _target(client, wanted, target)
    tell(qd, await (api.unlink if remove else api.link)(client, asked), as_json=as_json)


async def _asked(
    qd: Qd, task: str, project: str | None, session: str | None, **more: Any
) -> tuple[Client, dict[str, Any]]:
    client = await qd.client()
    found = await task_words.task_of(client, task, project)
    return client, {"taskId": found.id, "sessionId": await session_of(client, session), **more}


async def _target(client: Client, kind: str, text: str) -> dict[str, str]:
    match kind:
        case "SESSION":
            return {"sessionId": await resolve.session_id(client, text)}
        case "COMMAND":
            return {"commandId": await resolve.command_id(client, text)}
        case _:
            return {"commit": commit_here(text)}


def _seconds(lease: str | None) -> int | None:
    return None if lease is None else settings.span(lease)
