"""What a session that works on a task finds of it: variables in every command, and a file that it cannot change.

Both are read from the log when the session's jail is made, so they are the same wherever and how often that is.
"""

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.streams import TASK, USER
from quarterdeck.domain.identity import User
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task import Task, TaskState, task_id
from quarterdeck.domain.task_events import TaskProgressNoted
from quarterdeck.jail.abstract import DOCUMENTS_PATH

FILE = "task.md"
MOST_NOTES = 20
MOST_NOTE_CHARACTERS = 20_000
"""Of all notes that are shown, the newest first."""
TURNED = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""Characters that let what follows be shown in another order than it is in."""


@dataclass(frozen=True, kw_only=True)
class TaskContext:
    environment: dict[str, str] = field(default_factory=dict[str, str])
    documents: dict[str, str] = field(default_factory=dict[str, str])
    """Files in `DOCUMENTS_PATH`, by name."""


NO_TASK = TaskContext()


async def context_of(journal: Journal, given: SessionTaskGiven | None) -> TaskContext:
    """As the task is now. Of one whose first event was erased there is only the number."""
    if given is None:
        return NO_TASK
    read = await journal.read(TASK, given.task_id)
    number = {"QD_TASK": given.reference}
    if not isinstance(read.state, Task):
        return TaskContext(environment=number)
    waits_for = [await _title(journal, read.state, each) for each in read.state.fields.dependencies]
    text = _described(read.state, waits_for, await _notes(journal, read))
    environment = {**number, "QD_TASK_TITLE": read.state.fields.title, "QD_TASK_FILE": f"{DOCUMENTS_PATH}/{FILE}"}
    return TaskContext(environment=environment, documents={FILE: text})


async def _title(journal: Journal, task: Task, number: int) -> str:
    state = (await journal.read(TASK, task_id(task.project_id, number))).state
    return f"{state.reference} {state.fields.title} ({_spoken(state)})" if isinstance(state, Task) else f"T-{number}"


async def _notes(journal: Journal, read: Read[TaskState]) -> list[str]:
    """The newest, oldest first."""
    noted = [each for each in read.events if isinstance(each.event, TaskProgressNoted)]
    shown = noted[-MOST_NOTES:]
    names = await _names(journal, shown)
    lines: list[str] = []
    left = MOST_NOTE_CHARACTERS
    for each in reversed(shown):
        if not isinstance(each.event, TaskProgressNoted) or len(each.event.text) > left:
            break
        left -= len(each.event.text)
        lines.append(f"- {_when(each)}, {names[each.envelope.actor.id]}: {_indented(each.event.text)}")
    if hidden := len(noted) - len(lines):
        lines.append(f"- {hidden} earlier ones are not shown here.")
    return lines[::-1]


async def _names(journal: Journal, noted: Sequence[LoggedEvent]) -> dict[str, str]:
    ids = list({each.envelope.actor.id for each in noted})
    return dict(zip(ids, await asyncio.gather(*(_name(journal, each) for each in ids)), strict=True))


async def _name(journal: Journal, actor: str) -> str:
    try:
        user = (await journal.read(USER, UUID(actor))).state
    except ValueError:
        return actor
    return user.name if isinstance(user, User) else actor


def _described(task: Task, waits_for: Sequence[str], notes: Sequence[str]) -> str:
    fields = task.fields
    about = [
        f"Status: {_spoken(task)}",
        f"Priority: {fields.priority.value}",
        *([f"Labels: {', '.join(fields.labels)}"] if fields.labels else []),
        *([f"Estimate: {fields.estimate} minutes"] if fields.estimate else []),
        f"Revision: {task.revision}",
    ]
    parts = [
        f"# {task.reference} {fields.title}",
        "This session works on this task. Here it is as it was when the session's shell was made.",
        "\n".join(f"- {each}" for each in about),
        _part("What is to be done", fields.body.strip()),
        _part("It is done when", "\n".join(f"- {each}" for each in fields.acceptance)),
        _part("It waits for", "\n".join(f"- {each}" for each in waits_for)),
        _part("Notes", "\n".join(notes)),
    ]
    return harmless("\n\n".join(each for each in parts if each)) + "\n"


def _part(heading: str, text: str) -> str:
    return f"## {heading}\n\n{text}" if text else ""


def harmless(text: str) -> str:
    """Without what a terminal would act on."""
    return "".join(each if _is_shown(each) else "\N{REPLACEMENT CHARACTER}" for each in text.replace("\r\n", "\n"))


def _is_shown(character: str) -> bool:
    if ord(character) in TURNED:
        return False
    return character in "\n\t" or unicodedata.category(character) != "Cc"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def _spoken(task: Task) -> str:
    return task.status.value.replace("_", " ")


def _when(each: LoggedEvent) -> str:
    return f"{each.envelope.recorded_at:%Y-%m-%d %H:%M} UTC"
