"""Tasks that somebody holds, folded from the log. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.task_events import (
    HELD,
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskReleased,
    TaskStatusChanged,
)


@dataclass(frozen=True)
class HeldTask:
    expires_at: datetime
    position: int
    """Of the event that says so."""


@dataclass
class HeldTasks:
    tasks: dict[UUID, HeldTask] = field(default_factory=dict[UUID, HeldTask])

    def apply(self, recorded: LoggedEvent) -> None:
        match recorded.event:
            case TaskClaimed(expires_at=expires_at) | TaskClaimRenewed(expires_at=expires_at):
                self.tasks[recorded.stream_id] = HeldTask(expires_at, recorded.position)
            case TaskReleased() | TaskClaimExpired():
                self.tasks.pop(recorded.stream_id, None)
            case TaskStatusChanged(status=status) if status not in HELD:
                self.tasks.pop(recorded.stream_id, None)
            case _:
                pass

    def due(self, now: datetime) -> list[tuple[UUID, HeldTask]]:
        return [(task_id, held) for task_id, held in self.tasks.items() if now >= held.expires_at]

    def forget(self, task_id: UUID, held: HeldTask) -> None:
        """Unless something else has been said of it since."""
        if self.tasks.get(task_id) is held:
            del self.tasks[task_id]

    @property
    def positions(self) -> Iterator[int]:
        return (each.position for each in self.tasks.values())
