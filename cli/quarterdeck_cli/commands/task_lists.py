"""qd task list, search, board and tail: many tasks at once."""

import re
from collections.abc import Callable
from contextlib import aclosing
from typing import Annotated, Any

import typer

from quarterdeck_cli import resolve, task_words
from quarterdeck_cli.api import events, read
from quarterdeck_cli.api import tasks as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands.tasks import Limit
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.text import plain

Words = list[str]
_WORD = re.compile(r"[A-Z][a-z]*")
Text = Annotated[Words, typer.Argument(metavar="TEXT...", help='Words, "phrases", OR, and -words not to be there.')]
Statuses = Annotated[Words | None, typer.Option("--status", metavar="STATUS", help="May be repeated.")]
Labels = Annotated[Words | None, typer.Option("--label", "-l", metavar="LABEL", help="May be repeated: all of them.")]
Priorities = Annotated[Words | None, typer.Option("--priority", metavar="PRIORITY", help="May be repeated.")]
Owner = Annotated[str | None, typer.Option("--owner", metavar="NAME", help="A user's name, or me.")]
Unowned = Annotated[bool, typer.Option("--unowned", help="Those that nobody has.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Those that are done or dropped, too.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="Of all your projects.")]
By = Annotated[str, typer.Option("--by", metavar="WHAT", help="status, owner or label.")]
Shown = Annotated[int, typer.Option("--limit", "-n", min=0, max=50, help="At most so many of each column.")]
After = Annotated[int | None, typer.Option("--after", min=0, help="What came after this position of the log, first.")]


async def list_tasks(
    qd: Qd,
    *,
    project: ProjectName = None,
    everywhere: Everywhere = False,
    status: Statuses = None,
    label: Labels = None,
    priority: Priorities = None,
    owner: Owner = None,
    unowned: Unowned = False,
    everything: All = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List what is to be done in this folder's project, newest first."""
    client = await qd.client()
    project_id = None if everywhere else await resolve.project_or_here(client, project)
    chosen = _filter(status, label, priority, owner, unowned=unowned, everything=everything)
    found = await first(api.tasks(client, project_id, chosen), limit)
    _show(qd, found, everywhere=everywhere, as_json=as_json, nothing="There are no such tasks. Add one: `qd task add`")


async def search_tasks(
    qd: Qd,
    text: Text,
    *,
    project: ProjectName = None,
    everywhere: Everywhere = False,
    status: Statuses = None,
    label: Labels = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Find tasks by what they say, the best first; those that are done, too."""
    client = await qd.client()
    project_id = None if everywhere else await resolve.project_or_here(client, project)
    chosen = _filter(status, label, None, None, unowned=False, everything=True)
    found = await first(api.tasks(client, project_id, chosen, " ".join(text)), limit)
    _show(qd, found, everywhere=everywhere, as_json=as_json, nothing="No task says that.")


async def show_board(
    qd: Qd,
    *,
    project: ProjectName = None,
    by: By = "status",
    status: Statuses = None,
    label: Labels = None,
    priority: Priorities = None,
    owner: Owner = None,
    everything: All = False,
    limit: Shown = 10,
    as_json: Json = False,
) -> None:
    """Show a project's tasks in groups: how many each has, and the first of them, the most urgent first."""
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    chosen = _filter(status, label, priority, owner, unowned=False, everything=everything)
    grouping = task_words.chosen(by, ("status", "owner", "label"), "way to group tasks")
    columns = await api.board(client, project_id, grouping, chosen, limit)
    if as_json:
        qd.out.json(columns)
        return
    rows = [row for column in columns if column.count for row in _column(column, grouping)]
    qd.out.table([grouping, "ID", "PRIORITY", "OWNER", "TITLE"], rows, nothing="There are no such tasks.")


async def tail_tasks(qd: Qd, *, project: ProjectName = None, after: After = None, as_json: Json = False) -> None:
    """Print what happens to a project's tasks, one a line, until Ctrl-C."""
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    cursor = Cursor((await events.log_status(client)).position if after is None else after)
    subscription = Subscription("task_changed", {"projectId": project_id})
    async with aclosing(resuming(client, subscription, cursor, qd.out.note)) as messages:
        async for message in messages:
            changed = read(api.Changed, message)
            cursor.after = changed.position
            if as_json:
                qd.out.json_line(changed)
            else:
                qd.out.line("  ".join(plain(cell) for cell in _line(changed)))


def _filter(
    status: Words | None,
    label: Words | None,
    priority: Words | None,
    owner: str | None,
    *,
    unowned: bool,
    everything: bool,
) -> dict[str, Any]:
    """The API's TaskFilterInput. Where no status is named, those that are closed are left out."""
    statuses = [task_words.chosen(each, task_words.STATUSES, "status") for each in status or []]
    priorities = [task_words.chosen(each, task_words.PRIORITIES, "priority") for each in priority or []]
    asked = {
        "status": statuses or (None if everything else list(api.LIVE)),
        "label": label,
        "priority": priorities or None,
        "owner": owner,
        "unowned": unowned or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _show(qd: Qd, found: list[api.Task], *, everywhere: bool, as_json: bool, nothing: str) -> None:
    if as_json:
        qd.out.json(found)
        return
    told: dict[str, Callable[[api.Task], str]] = {
        "ID": lambda task: task.reference,
        "PROJECT": lambda task: task.project.name if task.project and everywhere else "",
        "STATUS": lambda task: task_words.spoken(task.status),
        "": lambda task: " ".join(task_words.marks(task)),
        "PRIORITY": task_words.priority,
        "OWNER": lambda task: task.owner_name or "",
        "TITLE": lambda task: task.title,
        "LABELS": lambda task: ", ".join(task.labels),
    }
    columns = {name: [tell(task) for task in found] for name, tell in told.items()}
    # what no task has takes no room
    columns = {name: cells for name, cells in columns.items() if any(cells)}
    qd.out.table(list(columns), list(zip(*columns.values(), strict=True)), nothing=nothing)


def _column(column: api.Column, grouping: str) -> list[list[str]]:
    """Its name and count stand in its first row."""
    name = "nobody" if grouping == "OWNER" else "no label"
    if column.key is not None:
        name = task_words.spoken(column.key) if grouping == "STATUS" else column.key
    rows = [
        ["", task.reference, task_words.priority(task), task.owner_name or "", _title(task)] for task in column.entries
    ]
    if rest := column.count - len(rows):
        rows.append(["", "", "", "", f"and {rest} more" if rows else ""])
    rows[0][0] = f"{name} ({column.count})"
    return rows


def _title(task: api.Task) -> str:
    return f"{task.title} (pending)" if task.pending is True else task.title


def _line(changed: api.Changed) -> list[str]:
    task, what = changed.task, " ".join(_WORD.findall(changed.topic.removeprefix("Task"))).lower()
    return [str(changed.position), task.reference, f"{what:<14}", f"{task_words.spoken(task.status):<11}", task.title]
