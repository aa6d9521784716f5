"""What can happen to a task. An event says what is so from then on, so that nobody needs the ones before to show it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.session_work import SessionWork
from quarterdeck.domain.task_conflicts import TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_fields import TaskChanges, TaskFields


class TaskStatus(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    IN_REVIEW = "in_review"
    DONE = "done"
    DROPPED = "dropped"


HELD = frozenset({TaskStatus.CLAIMED, TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED})
"""Where a claim goes on. It ends with any other status."""
CLOSED = frozenset({TaskStatus.DONE, TaskStatus.DROPPED})
"""Nothing waits for it any more."""


class LinkKind(StrEnum):
    SESSION = "session"
    COMMAND = "command"
    COMMIT = "commit"


@dataclass(frozen=True, kw_only=True)
class TaskLink:
    kind: LinkKind
    target: str
    """A session's or command's UUID, or a commit's whole name in hex."""


@dataclass(frozen=True, kw_only=True)
class TaskCreated:
    TOPIC: ClassVar[str] = "TaskCreated"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID
    number: int
    fields: TaskFields


@dataclass(frozen=True, kw_only=True)
class TaskEdited:
    TOPIC: ClassVar[str] = "TaskEdited"
    SCHEMA_VERSION: ClassVar[int] = 1
    revision: int
    """That the task has with it. It was created with 1."""
    changes: TaskChanges


@dataclass(frozen=True, kw_only=True)
class TaskClaimed:
    """Somebody holds it until `expires_at`."""

    TOPIC: ClassVar[str] = "TaskClaimed"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    """Of the task's claims, from 1: what tells one holder from the next."""
    user_id: UUID
    session_id: UUID | None
    expires_at: datetime
    status: TaskStatus
    forced: bool = False
    """Something that it waits for was not done."""


@dataclass(frozen=True, kw_only=True)
class TaskClaimRenewed:
    TOPIC: ClassVar[str] = "TaskClaimRenewed"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskReleased:
    """The claim was given back, or taken away."""

    TOPIC: ClassVar[str] = "TaskReleased"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    status: TaskStatus
    owner_id: UUID | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskClaimExpired:
    """It was not renewed in time."""

    TOPIC: ClassVar[str] = "TaskClaimExpired"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    status: TaskStatus
    owner_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class TaskAssigned:
    TOPIC: ClassVar[str] = "TaskAssigned"
    SCHEMA_VERSION: ClassVar[int] = 1
    owner_id: UUID | None
    """None: nobody any more."""


@dataclass(frozen=True, kw_only=True)
class TaskProgressNoted:
    TOPIC: ClassVar[str] = "TaskProgressNoted"
    SCHEMA_VERSION: ClassVar[int] = 1
    text: str


@dataclass(frozen=True, kw_only=True)
class TaskStatusChanged:
    TOPIC: ClassVar[str] = "TaskStatusChanged"
    SCHEMA_VERSION: ClassVar[int] = 1
    status: TaskStatus
    owner_id: UUID | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskBlocked:
    """It cannot go on. A claim stays."""

    TOPIC: ClassVar[str] = "TaskBlocked"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, kw_only=True)
class TaskLinked:
    TOPIC: ClassVar[str] = "TaskLinked"
    SCHEMA_VERSION: ClassVar[int] = 1
    link: TaskLink


@dataclass(frozen=True, kw_only=True)
class TaskUnlinked:
    TOPIC: ClassVar[str] = "TaskUnlinked"
    SCHEMA_VERSION: ClassVar[int] = 1
    link: TaskLink


@dataclass(frozen=True, kw_only=True)
class TaskWorkNoted:
    """A session that worked on it has ended. It tells of the session from its beginning to that end."""

    TOPIC: ClassVar[str] = "TaskWorkNoted"
    SCHEMA_VERSION: ClassVar[int] = 1
    work: SessionWork


WorkEvent = (
    TaskClaimed | TaskClaimRenewed | TaskReleased | TaskClaimExpired | TaskAssigned | TaskStatusChanged | TaskBlocked
)
"""Who has it and how far it is."""
ConflictEvent = TaskConflictFound | TaskConflictResolved
TaskEvent = (
    TaskCreated | TaskEdited | WorkEvent | TaskProgressNoted | TaskLinked | TaskUnlinked | TaskWorkNoted | ConflictEvent
)
