"""qd task: what is to be done in a project."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from quarterdeck_cli import ids, resolve, task_words, work_lines
from quarterdeck_cli.api import session_work
from quarterdeck_cli.api import tasks as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, plain, when

Which = Annotated[str, typer.Argument(metavar="TASK", help="As T-17.")]
Title = Annotated[str, typer.Argument(metavar="TITLE", help="In one line.")]
NewTitle = Annotated[str | None, typer.Option("--title", help="In one line.")]
Body = Annotated[str | None, typer.Option("--body", "-b", help="Markdown.")]
BodyFile = Annotated[str | None, typer.Option("--body-file", metavar="PATH", help="A file with it; - is the input.")]
Words = list[str]
Labels = Annotated[Words | None, typer.Option("--label", "-l", metavar="LABEL", help="May be repeated.")]
DropLabels = Annotated[Words | None, typer.Option("--drop-label", metavar="LABEL", help="Take it away.")]
Priority = Annotated[str | None, typer.Option("--priority", metavar="PRIORITY", help="low, normal, high or urgent.")]
Estimate = Annotated[str | None, typer.Option("--estimate", metavar="TIME", help="Of work, as 2h or 90m; or none.")]
After = Annotated[Words | None, typer.Option("--after", metavar="TASK", help="What is to be done before it.")]
DropAfter = Annotated[Words | None, typer.Option("--drop-after", metavar="TASK", help="It need not be done before.")]
Accept = Annotated[Words | None, typer.Option("--accept", metavar="TEXT", help="What must hold for it to be done.")]
DropAccept = Annotated[list[int] | None, typer.Option("--drop-accept", metavar="N", help="The n-th of them no more.")]
Base = Annotated[int | None, typer.Option("--base", metavar="N", help="Only if nobody changed it since revision N.")]
FromSession = Annotated[
    str | None,
    typer.Option("--session", "-s", metavar="SESSION", envvar="QD_SESSION", help="The session it is done from."),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]
Fields = Annotated[Words | None, typer.Option("--field", "-f", metavar="FIELD", help="Of it alone; may be repeated.")]

SHOWN_NOTES = 10
SHOWN_WORK = 3


async def add_task(
    qd: Qd,
    title: Title,
    *,
    project: ProjectName = None,
    body: Body = None,
    body_file: BodyFile = None,
    label: Labels = None,
    priority: Priority = None,
    estimate: Estimate = None,
    after: After = None,
    accept: Accept = None,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Write a task down. Prints its number."""
    client = await qd.client()
    fields = {
        **_plain_fields(body=_body(body, body_file), priority=priority, estimate=estimate),
        **({"labels": label} if label else {}),
        **({"dependencies": _predecessors(client, after)} if after else {}),
        **({"acceptance": accept} if accept else {}),
    }
    asked = {
        "projectId": await resolve.project_or_here(client, project),
        "title": title,
        "fields": fields or None,
        "sessionId": await session_of(client, session),
    }
    found = await api.create(client, asked)
    if as_json:
        qd.out.json(found)
        return
    qd.out.line(found.reference)
    if found.pending is not True:
        qd.out.note(f"Take it with `qd task claim {found.reference}`.")


async def show_task(qd: Qd, task: Which, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Show a task, its newest notes, and what sessions that worked on it did."""
    client = await qd.client()
    found = await task_words.task_of(client, task, project)
    notes = await api.notes(client, found.id, SHOWN_NOTES)
    work, more = await session_work.work_on(client, found.id, SHOWN_WORK)
    if as_json:
        qd.out.json({"task": found, "notes": notes, "work": work})
        return
    qd.out.line(f"{found.reference}  {plain(found.title)}", "bold")
    qd.out.fields(_shown(found))
    for line in task_words.conflicts(found):
        qd.out.line(line, "yellow")
    for heading, lines in _texts(found, notes):
        qd.out.line()
        qd.out.line(heading, "bold")
        for line in lines:
            qd.out.line(plain(line))
    _show_work(qd, work)
    if more:
        qd.out.note(f"What earlier sessions did: `qd task history {found.reference} --field work`.")


def _show_work(qd: Qd, work: list[session_work.SessionWork]) -> None:
    if work:
        qd.out.line()
        qd.out.line("Work", "bold")
    for each in work:
        for text, style in work_lines.lines(each):
            qd.out.line(plain(text), style)


async def edit_task(
    qd: Qd,
    task: Which,
    *,
    project: ProjectName = None,
    title: NewTitle = None,
    body: Body = None,
    body_file: BodyFile = None,
    label: Labels = None,
    drop_label: DropLabels = None,
    priority: Priority = None,
    estimate: Estimate = None,
    after: After = None,
    drop_after: DropAfter = None,
    accept: Accept = None,
    drop_accept: DropAccept = None,
    base: Base = None,
    session: FromSession = None,
    as_json: Json = False,
) -> None:
    """Change what is written about a task. --label, --after and --accept add to what there is."""
    client = await qd.client()
    known = await task_words.task_of(client, task, project)
    if known.partial is True and (after or drop_after or accept or drop_accept):
        raise UsageError(
            f"What {plain(known.reference)} has of these is not known while the server does not answer.",
            "Look at a task with `qd task show` once, and it is.",
        )
    texts = _plain_fields(title=title, body=_body(body, body_file), priority=priority, estimate=estimate)
    lists: dict[str, list[Any]] = {}
    if label or drop_label:
        lists["labels"] = _merged(known.labels, label, drop_label)
    if after or drop_after:
        before = [each.number or each.reference for each in known.dependencies]
        lists["dependencies"] = _merged(before, *(_predecessors(client, each) for each in (after, drop_after)))
    if accept or drop_accept:
        gone = {place - 1 for place in drop_accept or []}
        kept = [text for place, text in enumerate(known.acceptance) if place not in gone]
        lists["acceptance"] = [*kept, *(accept or [])]
    if not texts and not lists:
        raise UsageError("Nothing was to be changed.", "See `qd task edit --help`.")
    asked = {
        "taskId": known.id,
        "changes": {**texts, **lists},
        # what is added to is what was shown
        "base": base if base is not None or not lists else known.revision,
        "sessionId": await session_of(client, session),
    }
    tell(qd, await api.edit(client, asked), as_json=as_json)


async def task_history(
    qd: Qd, task: Which, *, project: ProjectName = None, field: Fields = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """Show who changed what, when, and in which session, newest first."""
    client = await qd.client()
    found = await task_words.task_of(client, task, project)
    fields = [task_words.chosen(each, task_words.FIELDS, "field of a task") for each in field or []]
    entries = await first(api.history(client, found.id, fields), limit)
    if as_json:
        qd.out.json(entries)
        return
    rows = [
        [
            lately(entry.recorded_at),
            entry.actor,
            ids.short(entry.session_id) if entry.session_id else "",
            change.field.lower(),
            task_words.value(change),
        ]
        for entry in entries
        for change in entry.changes
        if (not fields or change.field in fields) and (change.value not in _EMPTY or len(entry.changes) < len(_NEW))
    ]
    qd.out.table(["WHEN", "BY", "SESSION", "FIELD", "BECAME"], rows, nothing="Nothing of that was changed.")


_EMPTY = ('""', "[]", "0")
_NEW = ("title", "body", "labels", "priority", "estimate", "dependencies", "acceptance", "status")
"""What a new task's first entry tells: of that, what is empty is not shown."""


async def session_of(client: Client, text: str | None) -> str | None:
    return await resolve.session_id(client, text) if text else None


def tell(qd: Qd, found: api.TaskDetails, *, as_json: bool) -> None:
    """How a task stands after a change."""
    if as_json:
        qd.out.json(found)
        return
    who = task_words.owner(found)
    more = f", {plain(who)}" if who else ""
    waits = "  (pending)" if found.pending is True else ""
    qd.out.line(f"{found.reference}  {task_words.spoken(found.status)}{more}{waits}")


def _body(text: str | None, path: str | None) -> str | None:
    if path is None:
        return text
    if text is not None:
        raise UsageError("Both --body and --body-file were given.", "Give one of them.")
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{plain(path)} cannot be read: {error}.", "Give a text file in UTF-8.") from error


def _plain_fields(
    *, title: str | None = None, body: str | None, priority: str | None, estimate: str | None
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": title,
        "body": body,
        "priority": task_words.chosen(priority, task_words.PRIORITIES, "priority") if priority else None,
        "estimate": None if estimate is None else task_words.estimate(estimate),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _predecessors(client: Client, words: Words | None) -> list[int | str]:
    return [task_words.predecessor(client, each) for each in words or []]


def _merged(known: Any, added: list[Any] | None, dropped: list[Any] | None) -> list[Any]:
    gone = dropped or []
    return [each for each in known if each not in gone] + [each for each in added or [] if each not in known]


def _shown(found: api.TaskDetails) -> list[tuple[str, str]]:
    links = [(link.kind.lower(), _target(link)) for link in found.links]
    return [
        ("status", task_words.spoken(found.status)),
        ("reason", found.reason or ""),
        ("pending", "changes wait to be sent: `qd pending`" if found.pending is True else ""),
        ("owner", task_words.owner(found)),
        ("claimed in", ids.short(found.claim.session_id) if found.claim and found.claim.session_id else ""),
        ("priority", found.priority.lower()),
        ("labels", ", ".join(found.labels)),
        ("estimate", task_words.minutes(found.estimate)),
        *(("after", _named(each)) for each in found.dependencies),
        ("created", f"{when(found.created_at)} by {found.created_by}"),
        ("closed", when(found.closed_at)),
        ("revision", str(found.revision)),
        *links,
    ]


def _named(each: api.Dependency) -> str:
    return f"{each.reference} {each.title} ({task_words.spoken(each.status)})"


def _target(link: api.Link) -> str:
    return link.commit or str(ids.uuid_of(link.session_id or link.command_id or "") or "")


def _texts(found: api.TaskDetails, notes: list[api.Note]) -> list[tuple[str, list[str]]]:
    parts = [
        ("Body", found.body.splitlines()),
        ("Acceptance", [f"{place}. {text}" for place, text in enumerate(found.acceptance, start=1)]),
        ("Notes", [f"{lately(each.noted_at)}  {each.author}: {each.text}" for each in notes]),
    ]
    return [(heading, lines) for heading, lines in parts if lines]
