"""What an event says, in a line for people. As it was written: whoever shows it makes it harmless."""

import re
from typing import Any, Final

import msgspec

from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.checkpoint import CheckpointSigned
from quarterdeck.domain.command import (
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandResized,
    CommandSignalled,
    EndReason,
)
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.identity import TokenIssued
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import TaskCreated, TaskEdited, TaskProgressNoted
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceFileWritten
from quarterdeck_cli.text import duration

TOLD: Final = (
    "reason",
    "detail",
    "title",
    "text",
    "status",
    "name",
    "host",
    "model",
    "branch",
    "tree",
    "message",
    "path",
    "role",
    "kind",
)
"""What tells most of an event that has no words of its own, in this order."""
_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


def words(topic: str, event: object) -> str:
    """As `Command finished: exit 1, 3.20 s`."""
    told = detail(event)
    return f"{name_of(topic)}: {told}" if told else name_of(topic)


def name_of(topic: str) -> str:
    """`SessionClosed`: Session closed."""
    return " ".join(_WORD.split(topic)).capitalize()


def detail(event: object) -> str:
    """What it says beside its name; may be empty."""
    match event:
        case ErasedEvent():
            return "(erased)"
        case UnknownEvent():
            return "(unknown to this release)"
        case CommandRequested(text=text) | TaskProgressNoted(text=text):
            return text
        case CommandFinished():
            files = f", {files_changed(event.files_changed_total)}" if event.files_changed_total else ""
            return f"{outcome(event)}, {duration(event.wall_ms)}{files}"
        case CommandResized(terminal=size):
            return f"{size.columns} x {size.rows}"
        case CommandSignalled(signal=signal):
            return signal
        case _:
            return _around_commands(event)


def _around_commands(event: object) -> str:
    match event:
        case SnapshotTaken(tree=tree, files_changed=count):
            return f"{files_changed(count)}, tree {tree[:12]}"
        case NetworkAccessDecided():
            return _network(event)
        case SessionTaskGiven():
            return event.reference
        case PayloadErased():
            return f"{counted(len(event.events) + len(event.output), 'place')}: {event.reason}"
        case CheckpointSigned():
            return f"number {event.number}, up to position {event.position:,}"
        case TokenIssued():
            return f"{event.name} ({event.kind.value})"
        case WorkspaceFileWritten():
            return f"{event.path}, {counted(event.bytes, 'byte')}"
        case TaskCreated():
            return f"#{event.number} {event.fields.title}"
        case TaskEdited():
            return ", ".join(event.changes.given)
        case _:
            return _first_told(event)


def outcome(ended: CommandFinished | CommandLost | CommandRefused) -> str:
    """As `exit 1`, `timed out KILL` or `refused: …`."""
    match ended:
        case CommandFinished(reason=EndReason.EXITED):
            return f"exit {ended.exit_code}"
        case CommandFinished():
            return f"{ended.reason.value.replace('_', ' ')} {ended.signal or ''}".rstrip()
        case CommandLost():
            return f"lost: {ended.reason}"
        case CommandRefused():
            return f"refused: {ended.reason}"


def files_changed(count: int) -> str:
    return f"{counted(count, 'file')} changed"


def counted(count: int, one: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{count:,} {one}{'s' * (count != 1)}"


def _network(event: NetworkAccessDecided) -> str:
    where = f"{event.host}:{event.port}" if event.host else f"{event.count:,} connections"
    why = f": {event.reason}" if event.reason else f" by {event.rule}" if event.rule else ""
    return f"{event.verdict.value} {where}{why}"


def _first_told(event: object) -> str:
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return next((value for name in TOLD if isinstance(value := fields.get(name), str) and value), "")
