"""An event in a few words. What a jail, a file or a person wrote is made harmless here."""

from typing import Any, Final

import msgspec

from quarterdeck.audit.replay.timeline import Item, read
from quarterdeck.audit.words import name_of
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import (
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandResized,
    CommandSignalled,
    EndReason,
)
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import TaskProgressNoted
from quarterdeck.domain.workspace import SnapshotTaken
from quarterdeck_cli.text import duration, plain

LONGEST: Final = 400
"""Characters of an event's own text."""
TOLD: Final = ("reason", "detail", "title", "text", "status", "name", "host", "model", "branch", "tree")
"""What tells most of an event that has no words of its own, in this order."""


def words(item: Item) -> str:
    """As `Command finished: exit 1, 3.20 s`."""
    event = read(item.row)
    number = f" c{item.command}" if item.command else ""
    head = f"{cut(name_of(item.row.topic), 80)}{number}"
    told = _told(event)
    return f"{head}: {told}" if told else head


def outcome(ended: CommandFinished | CommandLost | CommandRefused) -> str:
    match ended:
        case CommandFinished(reason=EndReason.EXITED):
            return f"exit {ended.exit_code}"
        case CommandFinished():
            how = ended.reason.value.replace("_", " ")
            return f"{how} {plain(ended.signal)}" if ended.signal else how
        case CommandLost():
            return f"lost: {cut(ended.reason)}"
        case CommandRefused():
            return f"refused: {cut(ended.reason)}"


def who(item: Item) -> str:
    actor = item.row.envelope.actor
    return f"{actor.kind.value} {cut(actor.id, 60)}"


def clock(seconds: float) -> str:
    """As `1:23.4` or `2:01:23.4`."""
    tenths = int(seconds * 10 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    told = f"{minutes:02}:{rest // 10:02}.{rest % 10}" if hours else f"{minutes}:{rest // 10:02}.{rest % 10}"
    return f"{hours}:{told}" if hours else told


def files_changed(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)} changed"


def cut(text: str, most: int = LONGEST) -> str:
    """Harmless, and no longer than that."""
    safe = plain(text[: most + 1])
    return safe if len(text) <= most else f"{safe[: most - 1]}…"


def _told(event: object) -> str:
    match event:
        case ErasedEvent():
            return "(erased)"
        case UnknownEvent():
            return "(unknown to this release)"
        case CommandRequested(text=text):
            return cut(text)
        case CommandFinished():
            files = f", {files_changed(event.files_changed_total)}" if event.files_changed_total else ""
            return f"{outcome(event)}, {duration(event.wall_ms)}{files}"
        case CommandResized(terminal=size):
            return f"{size.columns} x {size.rows}"
        case CommandSignalled(signal=signal):
            return cut(signal)
        case SnapshotTaken(tree=tree, files_changed=count):
            return f"{files_changed(count)}, tree {cut(tree[:12])}"
        case NetworkAccessDecided():
            why = f": {cut(event.reason)}" if event.reason else ""
            return f"{event.verdict.value} {cut(event.host or '(several)')}:{event.port}{why}"
        case TaskProgressNoted(text=text):
            return cut(text)
        case SessionTaskGiven():
            return event.reference
        case _:
            return _first_told(event)


def _first_told(event: object) -> str:
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return next((cut(value) for name in TOLD if isinstance(value := fields.get(name), str) and value), "")
