"""What kind of thing an event is on a time line."""

from enum import StrEnum
from functools import lru_cache
from typing import Final


class Kind(StrEnum):
    SESSION = "session"
    COMMAND = "command"
    FILES = "files"
    TASK = "task"
    NOTE = "note"
    NETWORK = "network"
    APPROVAL = "approval"
    BUDGET = "budget"
    OTHER = "other"


PREFIXES: Final = (
    ("TaskProgressNoted", Kind.NOTE),
    ("TaskWorkNoted", Kind.NOTE),
    ("SessionHeld", Kind.BUDGET),
    ("SessionLetGo", Kind.BUDGET),
    ("SessionTaskGiven", Kind.TASK),
    ("SessionTaskFiles", Kind.TASK),
    ("SessionNetwork", Kind.NETWORK),
    ("Session", Kind.SESSION),
    ("Command", Kind.COMMAND),
    ("Workspace", Kind.FILES),
    ("Snapshot", Kind.FILES),
    ("Quota", Kind.FILES),
    ("Work", Kind.FILES),
    ("Shells", Kind.FILES),
    ("Task", Kind.TASK),
    ("NetworkAccess", Kind.NETWORK),
    ("Preview", Kind.NETWORK),
    ("Approval", Kind.APPROVAL),
    ("ToolCall", Kind.APPROVAL),
    ("Budget", Kind.BUDGET),
    ("Reservation", Kind.BUDGET),
    ("ModelUsage", Kind.BUDGET),
)
"""By the beginning of the topic: the first that fits. So a topic of a later release has a kind as well."""


@lru_cache(maxsize=1024)
def kind_of(topic: str) -> Kind:
    return next((kind for prefix, kind in PREFIXES if topic.startswith(prefix)), Kind.OTHER)
