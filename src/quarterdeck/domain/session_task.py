"""What a session is for: it was started from a task, or forked from one that was."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.task_fields import reference


@dataclass(frozen=True, kw_only=True)
class SessionTaskGiven:
    """Its commands find the task in their environment and in a file; the task's claim lasts as long as the session."""

    TOPIC: ClassVar[str] = "SessionTaskGiven"
    SCHEMA_VERSION: ClassVar[int] = 1
    task_id: UUID
    number: int

    @property
    def reference(self) -> str:
        return reference(self.number)
