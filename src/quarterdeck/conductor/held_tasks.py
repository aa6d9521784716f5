"""Tasks that somebody holds, folded from the log. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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
    """Of the event from which on all is known of it."""
    session_id: UUID | None = None
    """That it was claimed from, or that works on it."""
    lease: timedelta = timedelta()
    """As it was claimed for, in whole seconds."""


@dataclass
class HeldTasks:
    tasks: dict[UUID, HeldTask] = field(default_factory=dict[UUID, HeldTask])

    def apply(self, recorded: LoggedEvent) -> None:
        match recorded.event:
            case TaskClaimed() as claimed:
                self.tasks[recorded.stream_id] = _held(recorded, claimed)
            case TaskClaimRenewed(expires_at=expires_at):
                known = self.tasks.get(recorded.stream_id)
                anew = HeldTask(expires_at, recorded.position)
                # a session's claim is told of by the event that it began with alone
                kept = replace(known, expires_at=expires_at) if known and known.session_id else anew
                self.tasks[recorded.stream_id] = kept
            case TaskReleased() | TaskClaimExpired():
                self.tasks.pop(recorded.stream_id, None)
            case TaskStatusChanged(status=status) if status not in HELD:
                self.tasks.pop(recorded.stream_id, None)
            case _:
                pass

    def due(self, now: datetime) -> list[tuple[UUID, HeldTask]]:
        return [(task_id, held) for task_id, held in self.tasks.items() if now >= held.expires_at]

    def of_sessions(self) -> list[tuple[UUID, UUID, HeldTask]]:
        """By task and session."""
        return [(task_id, held.session_id, held) for task_id, held in self.tasks.items() if held.session_id]

    def leave(self, task_id: UUID, held: HeldTask) -> None:
        """It was only claimed from its session, which does not keep it. Unless something else was said of it since."""
        if self.tasks.get(task_id) is held:
            self.tasks[task_id] = replace(held, session_id=None)

    def forget(self, task_id: UUID, held: HeldTask) -> None:
        """Unless something else has been said of it since."""
        if self.tasks.get(task_id) is held:
            del self.tasks[task_id]

    @property
    def positions(self) -> Iterator[int]:
        return (each.position for each in self.tasks.values())


def _held(recorded: LoggedEvent, claimed: TaskClaimed) -> HeldTask:
    seconds = math.ceil((claimed.expires_at - recorded.envelope.recorded_at).total_seconds())
    return HeldTask(claimed.expires_at, recorded.position, claimed.session_id, timedelta(seconds=seconds))
