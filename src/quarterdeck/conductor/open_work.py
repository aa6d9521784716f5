"""What is unfinished, folded from the log: live sessions and commands. Pure.

It is rebuilt at each start from `floor`, before which nothing lies that is still open.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports import LoggedEvent
from quarterdeck.application.streams import SESSION
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandStarted,
)
from quarterdeck.domain.session import (
    EndedSession,
    LiveSession,
    NoSession,
    SessionAdopted,
    SessionClosed,
    SessionCloseRequested,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
    SessionState,
)

SessionEvents = (
    SessionOpened
    | SessionProvisioned
    | SessionProvisioningFailed
    | SessionAdopted
    | SessionCloseRequested
    | SessionLost
    | SessionClosed
)


@dataclass(frozen=True)
class OpenCommand:
    session_id: UUID
    asked: LoggedEvent
    started: bool = False
    cancelled: LoggedEvent | None = None


@dataclass(frozen=True)
class OpenSession:
    state: LiveSession
    asked: LoggedEvent
    closing: LoggedEvent | None = None


@dataclass
class OpenWork:
    position: int = 0
    sessions: dict[UUID, OpenSession] = field(default_factory=dict[UUID, OpenSession])
    commands: dict[UUID, OpenCommand] = field(default_factory=dict[UUID, OpenCommand])

    def apply(self, recorded: LoggedEvent) -> None:
        self.position = recorded.position
        match recorded.event:
            case SessionOpened():
                self._keep(recorded.stream_id, SESSION.evolve(SESSION.initial, recorded.event), recorded, None)
            case (
                SessionProvisioned()
                | SessionProvisioningFailed()
                | SessionAdopted()
                | SessionCloseRequested()
                | SessionLost()
                | SessionClosed()
            ):
                self._evolve(recorded, recorded.event)
            case CommandRequested():
                self.commands[recorded.stream_id] = OpenCommand(recorded.event.session_id, recorded)
            case CommandStarted() if known := self.commands.get(recorded.stream_id):
                self.commands[recorded.stream_id] = replace(known, started=True)
            case CommandCancelRequested() if known := self.commands.get(recorded.stream_id):
                self.commands[recorded.stream_id] = replace(known, cancelled=recorded)
            case CommandFinished() | CommandLost() | CommandRefused():
                self.commands.pop(recorded.stream_id, None)
            case _:
                pass

    @property
    def floor(self) -> int:
        """The position after which everything lies that is still open."""
        sessions = (each.asked.position for each in self.sessions.values())
        commands = (each.asked.position for each in self.commands.values())
        return min((*sessions, *commands), default=self.position + 1) - 1

    def commands_of(self, session_id: UUID) -> list[UUID]:
        """Unfinished ones, in the order they were asked for."""
        return [command_id for command_id, each in self.commands.items() if each.session_id == session_id]

    def waiting_since(self, before: datetime) -> list[OpenCommand]:
        """Commands asked for before that time that have not started."""
        return [
            each for each in self.commands.values() if not each.started and each.asked.envelope.recorded_at < before
        ]

    def _evolve(self, recorded: LoggedEvent, event: SessionEvents) -> None:
        if known := self.sessions.get(recorded.stream_id):
            closing = recorded if isinstance(event, SessionCloseRequested) else known.closing
            self._keep(recorded.stream_id, SESSION.evolve(known.state, event), known.asked, closing)

    def _keep(self, session_id: UUID, state: SessionState, asked: LoggedEvent, closing: LoggedEvent | None) -> None:
        if isinstance(state, (NoSession, EndedSession)):
            self.sessions.pop(session_id, None)
        else:
            self.sessions[session_id] = OpenSession(state, asked, closing)
