"""Conflicts of a task: a field that its file and the log both changed, to different values.

Each side keeps its value until somebody, or the project's rule, decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.errors import NotFoundError

FieldValue = str | int | tuple[str | int, ...] | None
"""As a task file says it: names for people, numbers for tasks."""
MAX_CONFLICTS = 40
"""Of one task."""


class Choice(StrEnum):
    FILE = "file"
    LOG = "log"
    VALUE = "value"
    """Another one, which both get."""
    AGREED = "agreed"
    """Nobody had to decide: both came to say the same."""


@dataclass(frozen=True, kw_only=True)
class TaskConflictFound:
    """Found anew with other values, it takes the place of the one before."""

    TOPIC: ClassVar[str] = "TaskConflictFound"
    SCHEMA_VERSION: ClassVar[int] = 1
    field: str | None
    """None: the task itself. It was taken out of the file, and edited in the log."""
    base: FieldValue
    """What both had last."""
    file: FieldValue
    log: FieldValue
    session_id: UUID | None = None
    """The session whose copy of the file says so; None: the file on the watched branch."""


@dataclass(frozen=True, kw_only=True)
class TaskConflictResolved:
    """What the log has from then on is in other events of the same append."""

    TOPIC: ClassVar[str] = "TaskConflictResolved"
    SCHEMA_VERSION: ClassVar[int] = 1
    field: str | None
    choice: Choice
    session_id: UUID | None = None
    by_rule: bool = False
    """The project's rule decided."""


ConflictKey = tuple[str | None, UUID | None]
"""Field and session."""
Conflicts = Mapping[ConflictKey, TaskConflictFound]


def key(event: TaskConflictFound | TaskConflictResolved) -> ConflictKey:
    return event.field, event.session_id


def evolve(conflicts: Conflicts, event: TaskConflictFound | TaskConflictResolved) -> Conflicts:
    others = {each: found for each, found in conflicts.items() if each != key(event)}
    return {**others, key(event): event} if isinstance(event, TaskConflictFound) else others


def on_field(conflicts: Conflicts, field: str | None) -> list[TaskConflictFound]:
    """NOT_FOUND where there is none."""
    found = [each for each in conflicts.values() if each.field == field]
    if not found:
        named = ", ".join(sorted(each.field or "the task itself" for each in conflicts.values()))
        raise NotFoundError(
            f"There is no conflict on {field or 'the task itself'}.",
            f"Conflicts are on: {named}." if named else "The task has no conflicts.",
        )
    return found
