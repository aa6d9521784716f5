"""What waits for somebody: alerts that nobody sees to, tasks in conflict, and tasks of one's own."""

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from quarterdeck_cli import ids, task_words
from quarterdeck_cli.api import alerts, tasks
from quarterdeck_cli.api.alerts import Alert
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.api.tasks import Task
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

T = TypeVar("T", Alert, Task)
SHOWN = 5
LOOKED_AT = 50
"""The newest tasks, among which those in conflict are looked for."""


class Waiting(msgspec.Struct, frozen=True):
    alerts: tuple[Alert, ...] = ()
    conflicts: tuple[Task, ...] = ()
    mine: tuple[Task, ...] = ()


async def waiting(client: Client) -> Waiting:
    live = {"status": list(tasks.LIVE)}
    newest = await _seen(tasks.tasks(client, None, live), LOOKED_AT)
    return Waiting(
        alerts=tuple(await _seen(alerts.alerts(client, None, ["firing"]), SHOWN)),
        conflicts=tuple([task for task in newest if task.conflicted][:SHOWN]),
        mine=tuple(await _seen(tasks.tasks(client, None, {**live, "owner": "me"}), SHOWN)),
    )


async def _seen(items: AsyncIterator[T], limit: int) -> list[T]:
    """What a token's scopes do not allow to see does not wait for its user."""
    try:
        return await first(items, limit)
    except CliError:
        return []


def show(qd: Qd, found: Waiting) -> None:
    """Nothing where nothing waits."""
    for head, lines in (
        ("Alerts that nobody sees to, `alert ack`", [_alert(each) for each in found.alerts]),
        ("Tasks in conflict, `task resolve`", [_task(each) for each in found.conflicts]),
        ("Your tasks", [_task(each) for each in found.mine]),
    ):
        if lines:
            qd.out.line(head)
        for line in lines:
            qd.out.line(f"  {line}")


def _alert(found: Alert) -> str:
    home = found.project.name if found.project else "server"
    return (
        f"{ids.short(found.id)}  {found.severity.lower():8}  {plain(home)}  {plain(found.rule)}: {plain(found.summary)}"
    )


def _task(found: Task) -> str:
    home = f"  {plain(found.project.name)}" if found.project else ""
    return f"{found.reference:8}  {task_words.spoken(found.status):11}{home}  {plain(found.title)}"
