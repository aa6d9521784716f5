"""Tasks as people write and read them: `T-17`, `2h`, `in-progress`."""

import re
from typing import Any

import msgspec

from quarterdeck_cli import ids, work_lines
from quarterdeck_cli.api.tasks import FieldChange, Task, TaskDetails, task, task_by_number
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.resolve import project_or_here
from quarterdeck_cli.text import lately, plain

STATUSES = ("open", "claimed", "in-progress", "blocked", "in-review", "done", "dropped")
PRIORITIES = ("low", "normal", "high", "urgent")
FIELDS = (
    *("title", "body", "labels", "priority", "estimate", "dependencies", "acceptance", "status", "reason", "owner"),
    *("claim", "note", "link", "unlink", "work", "conflict"),
)
MOST_SHOWN = 80
"""Characters of a side of a conflict."""
_NEW = re.compile(r"new-\d{1,9}")
"""What a task that was written down offline is called until it has a number."""
_REFERENCE = re.compile(r"#?(?:T-?)?([0-9]{1,9})", re.IGNORECASE)
_ESTIMATE = re.compile(r"(?:(\d+)h)?\s*(?:(\d+)m?)?", re.IGNORECASE)


def number(text: str) -> int:
    """Of a task that is written as `T-17`, `#T-17` or `17`."""
    found = _REFERENCE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{plain(text)!r} is no task of a project.", "Write it as T-17.")
    return int(found[1])


async def task_of(client: Client, text: str, project: str | None) -> TaskDetails:
    """By its number in this folder's project, or another; or by its global id."""
    if _NEW.fullmatch(text.strip()):
        return await _new_task(client, text.strip())
    parsed = ids.parse_global_id(text)
    if parsed and parsed[0] == "Task":
        return await task(client, text)
    if uuid := ids.parse_uuid(text):
        return await task(client, ids.global_id("Task", uuid))
    wanted = number(text)
    return await task_by_number(client, await project_or_here(client, project), wanted)


async def _new_task(client: Client, name: str) -> TaskDetails:
    """One that was written down offline: by its id once it has one."""
    standby = client.standby
    if standby and (real := standby.real(name)):
        return await task(client, real)
    if standby and standby.instead("task", {"id": name}):
        return await task(client, name)
    raise _no_new_task(name)


def _no_new_task(name: str) -> NotFoundError:
    return NotFoundError(f"There is no task {name}.", "`qd pending` lists what waits to be sent.")


def predecessor(client: Client, text: str) -> int | str:
    """The number of a task that another is to be done after; the name of one that waits to be sent."""
    name = text.strip()
    if not _NEW.fullmatch(name):
        return number(text)
    standby = client.standby
    if standby and (known := standby.number(name)):
        return known
    if standby and standby.instead("task", {"id": name}):
        return name
    raise _no_new_task(name)


def chosen(text: str, words: tuple[str, ...], what: str) -> str:
    """One of a few words, as the API writes it."""
    word = text.strip().lower().replace("_", "-").replace(" ", "-")
    if word not in words:
        raise UsageError(f"{plain(text)!r} is no {what}.", f"Use one of {', '.join(words)}.")
    return word.upper().replace("-", "_")


def spoken(status: str) -> str:
    """A status of the API as it is shown."""
    return status.lower().replace("_", " ")


def estimate(text: str) -> int:
    """Minutes from `90m`, `2h` or `1h30m`; `none` is 0."""
    if text.strip().lower() in {"", "none"}:
        return 0
    found = _ESTIMATE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{plain(text)!r} is no estimate.", "Write it as 90m, 2h or 1h30m.")
    return 60 * int(found[1] or 0) + int(found[2] or 0)


def minutes(count: int) -> str:
    hours, rest = divmod(count, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest else "")))


def owner(found: Task) -> str:
    """Who has it, and until when where that is a claim."""
    if found.claim:
        return f"{found.claim.holder_name} until {lately(found.claim.expires_at)}"
    return found.owner_name or ""


def marks(found: Task) -> list[str]:
    return [*(["conflict"] if found.conflicted else []), *(["pending"] if found.pending is True else [])]


def priority(found: Task) -> str:
    """The usual one is not worth saying."""
    return "" if found.priority == "NORMAL" else found.priority.lower()


def conflicts(found: TaskDetails) -> list[str]:
    """What file and log say, a line each, and how to decide it."""
    lines: list[str] = []
    for each in found.conflicts:
        what = (each.field or "").lower()
        where = f"session {ids.short(each.session_id)}'s file" if each.session_id else "the file"
        if each.field is None:
            lines.append(f"conflict: it was taken out of {where}, and edited in the log")
        else:
            told = [_side(each.field, value) for value in (each.file, each.log)]
            lines.append(f"conflict on {what}: {where} has {told[0]}, the log {told[1]}")
    if lines:
        lines.append(f"Decide it with `qd task resolve {found.reference} --take file` (or log, or --value TEXT).")
    return lines


def _side(field: str, json_text: str) -> str:
    told = value(FieldChange(field=field, value=json_text))
    return f"'{plain(told if len(told) <= MOST_SHOWN else told[:MOST_SHOWN] + '…')}'"


def value(change: FieldChange) -> str:
    """What a field became, on one line."""
    told: Any = msgspec.json.decode(change.value)
    if told is None:
        return "nobody" if change.field == "OWNER" else "none"
    match change.field:
        case "ESTIMATE":
            return minutes(told) or "none"
        case "DEPENDENCIES":
            return ", ".join(f"T-{each}" for each in told) or "none"
        case "LABELS" | "ACCEPTANCE":
            return ", ".join(told) or "none"
        case "CLAIM":
            return f"number {told}"
        case "CONFLICT":
            how = "resolved: " + told["resolved"] if "resolved" in told else "found"
            return f"{told['field'] or 'the task itself'} {how}"
        case "LINK" | "UNLINK":
            return f"{told['kind']} {told['target']}"
        case "WORK":
            return _work(told)
        case "STATUS" | "PRIORITY":
            return spoken(told)
        case _:
            return str(told)


def _work(told: dict[str, Any]) -> str:
    """What a session did, in numbers."""
    session = told["session"].replace("-", "")[-8:]
    changed = work_lines.changed(told["files"], told["lines_added"], told["lines_removed"])
    return f"session {session} {told['how']}: {changed}, {work_lines.ran(told['commands'], told['failed'])}"
