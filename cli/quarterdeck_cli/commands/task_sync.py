"""qd task sync and resolve: task files and the log."""

import asyncio
import json
from typing import Annotated, Any

import typer

from quarterdeck_cli import resolve, settings, task_words
from quarterdeck_cli.api import task_files as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands.tasks import FromSession, Which, session_of, tell
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, plain

Removals = Annotated[bool, typer.Option("--removals", help="Drop what is gone from the files, however much it is.")]
Within = Annotated[str, typer.Option("--within", metavar="TIME", help="Wait at most so long, as in 90s.")]
FieldName = Annotated[str | None, typer.Option("--field", "-f", metavar="FIELD", help="Where there are several.")]
Take = Annotated[str | None, typer.Option("--take", metavar="SIDE", help="file or log.")]
Value = Annotated[str | None, typer.Option("--value", metavar="TEXT", help="Another one, which both get.")]
Anyway = Annotated[bool, typer.Option("--force", help="Although somebody else holds the task.")]

PAUSE = 0.2
SHOWN = 20
FIELDS = ("title", "body", "status", "owner", "labels", "priority", "estimate", "dependencies", "acceptance")


async def sync_tasks(
    qd: Qd, *, project: ProjectName = None, removals: Removals = False, within: Within = "2m", as_json: Json = False
) -> int | None:
    """Bring the task files on the watched branch and the log together now, and say what came of it."""
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    number = await api.request_sync(client, project_id, removals=removals)
    with qd.out.status("Bringing files and log together …"):
        found = await _answer(client, project_id, number, settings.span(within))
    if as_json:
        qd.out.json(found)
    else:
        _tell(qd, found)
    return ExitCode.TRY_AGAIN if found.state == "FAILING" else None


async def _answer(client: Client, project_id: str, number: int, seconds: int) -> api.TaskSync:
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = await api.task_sync(client, project_id)
                if found.answered >= number and found.state != "WAITING":
                    return found
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        raise _LateError(f"There is no answer after {seconds} s.", "It goes on; look with `qd project show`.") from None


class _LateError(CliError):
    exit_code = ExitCode.TIMED_OUT


def _tell(qd: Qd, found: api.TaskSync) -> None:
    if found.state == "FAILING":
        qd.out.error(_FailedError(found.error or "It failed.", found.next_step or ""))
        return
    read, written = _tasks(found.read), _tasks(found.written)
    conflicts = "1 conflict" if found.conflicts == 1 else f"{found.conflicts or 'no'} conflicts"
    qd.out.line(f"In step at commit {(found.commit or '')[:12]}: {read} read, {written} written, {conflicts}.")
    if found.conflicts:
        qd.out.line("`qd task list` marks tasks with conflicts, `qd task show` tells them.", "dim")
    for finding in found.findings[:SHOWN]:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        named = f" T-{finding.number}" if finding.number else ""
        qd.out.line(f"{plain(place)}{named}  {plain(finding.message)}")
        if finding.next_step:
            qd.out.line(f"  {plain(finding.next_step)}", "dim")
    if (rest := found.findings_total - min(len(found.findings), SHOWN)) > 0:
        qd.out.line(f"and {rest} more of these.")


class _FailedError(CliError):
    exit_code = ExitCode.TRY_AGAIN


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def standing(found: api.TaskSync) -> str:
    """In a line, as `qd project show` has it."""
    at = f"at commit {found.commit[:12]}, {lately(found.synchronized_at or '')}" if found.commit else ""
    match found.state:
        case "OFF":
            return ""
        case "FAILING":
            return f"failing since {lately(found.failed_at or '')}: {plain(found.error or '')} {found.next_step or ''}"
        case "WAITING":
            return f"about to be brought together{f', last {at}' if at else ''}"
        case _:
            return f"in step {at}"


async def resolve_conflict(
    qd: Qd,
    task: Which,
    *,
    project: ProjectName = None,
    field: FieldName = None,
    take: Take = None,
    value: Value = None,
    force: Anyway = False,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Decide what a task's file and the log were both changed in: --take file, --take log, or another --value."""
    client = await qd.client()
    known = await task_words.task_of(client, task, project)
    if not known.conflicts:
        raise UsageError(f"{known.reference} has no conflicts.", "`qd task list` marks those that have.")
    wanted = task_words.chosen(field, FIELDS, "field of a task") if field else None
    if wanted is None and len({each.field for each in known.conflicts}) > 1:
        named = ", ".join(sorted((each.field or "the task itself").lower() for each in known.conflicts))
        raise UsageError(f"{known.reference} has several conflicts: {named}.", "Name one with --field.")
    wanted = wanted or known.conflicts[0].field
    if (take is None) == (value is None):
        raise UsageError("What is to be taken?", "Give --take file, --take log or --value TEXT.")
    side = "VALUE" if take is None else task_words.chosen(take, ("file", "log"), "side")
    asked: dict[str, Any] = {
        "taskId": known.id,
        "field": wanted,
        "take": side,
        "value": None if value is None or wanted is None else json.dumps(_value(wanted, value)),
        "force": force,
        "sessionId": await session_of(client, session),
    }
    tell(qd, await api.resolve(client, asked), as_json=as_json)


def _value(field: str, text: str) -> Any:
    """As the field has it: lists with commas between."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    match field:
        case "LABELS":
            return words
        case "ACCEPTANCE":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "DEPENDENCIES":
            return [task_words.number(word) for word in words]
        case "ESTIMATE":
            return task_words.estimate(text)
        case "OWNER":
            return None if text.strip().lower() in {"", "nobody"} else text
        case "STATUS":
            return task_words.chosen(text, task_words.STATUSES, "status").lower()
        case "PRIORITY":
            return task_words.chosen(text, task_words.PRIORITIES, "priority").lower()
        case _:
            return text
