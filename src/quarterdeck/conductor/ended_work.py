"""Sessions that have ended and may have worked on a task, which does not tell of it yet; folded from the log. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.session_events import SessionClosed, SessionLost, SessionProvisioningFailed
from quarterdeck.domain.task_events import TaskWorkNoted

ENDS = (SessionClosed, SessionLost, SessionProvisioningFailed)


@dataclass
class EndedWork:
    ends: dict[UUID, LoggedEvent] = field(default_factory=dict[UUID, LoggedEvent])
    """By session, its last end."""

    def ended(self, recorded: LoggedEvent) -> None:
        self.ends[recorded.stream_id] = recorded

    def apply(self, recorded: LoggedEvent) -> None:
        match recorded.event:
            case TaskWorkNoted(work=work) if (known := self.ends.get(work.session_id)) and known.version <= work.ending:
                del self.ends[work.session_id]
            case _:
                pass

    def forget(self, recorded: LoggedEvent) -> None:
        """Unless it has ended again since."""
        if self.ends.get(recorded.stream_id) is recorded:
            del self.ends[recorded.stream_id]

    @property
    def positions(self) -> Iterator[int]:
        return (each.position for each in self.ends.values())
