"""What is unfinished, folded from the log: live sessions, which of them have a place, and commands. Pure.

It is rebuilt at each start from `floor`, before which nothing lies that is still open.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast, get_args
from uuid import UUID

from quarterdeck.application.ports import LoggedEvent
from quarterdeck.application.streams import SESSION
from quarterdeck.domain.admission import Applicant, PlaceTaken
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandStarted,
)
from quarterdeck.domain.project import ProjectCreated, ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.session import (
    EndedSession,
    LiveSession,
    NoSession,
    ReadySession,
    SessionAdmitted,
    SessionCloseRequested,
    SessionEvent,
    SessionOpened,
    SessionState,
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
    version: int
    asked: LoggedEvent
    admitted: LoggedEvent | None = None
    closing: LoggedEvent | None = None

    @property
    def is_placed(self) -> bool:
        # the first release provisioned whatever was opened
        return self.admitted is not None or isinstance(self.state, ReadySession)

    @property
    def applicant(self) -> Applicant:
        return Applicant(
            session_id=self.asked.stream_id, project_id=self.state.project_id, owner_id=self.state.owner_id
        )


@dataclass
class OpenWork:
    position: int = 0
    sessions: dict[UUID, OpenSession] = field(default_factory=dict[UUID, OpenSession])
    commands: dict[UUID, OpenCommand] = field(default_factory=dict[UUID, OpenCommand])
    settings: dict[UUID, ProjectSettings] = field(default_factory=dict[UUID, ProjectSettings])
    """Of projects, as far as they were read."""
    admissions: dict[UUID, int] = field(default_factory=dict[UUID, int])
    """Versions of the projects' admission streams, as far as they were read."""
    turnover: int = 0
    """Counts what may let a session in: one came, got a place or went, or a project's settings were changed."""

    def apply(self, recorded: LoggedEvent) -> None:
        self.position = recorded.position
        match recorded.event:
            case ProjectCreated() | ProjectSettingsChanged():
                self.settings[recorded.stream_id] = recorded.event.settings
                self.turnover += 1
            case SessionOpened():
                self._keep(recorded, SESSION.evolve(SESSION.initial, recorded.event), recorded)
            case PlaceTaken() if recorded.envelope.project_id:
                self.admissions[recorded.envelope.project_id] = recorded.version
            case CommandRequested():
                self.commands[recorded.stream_id] = OpenCommand(recorded.event.session_id, recorded)
            case CommandStarted() if known := self.commands.get(recorded.stream_id):
                self.commands[recorded.stream_id] = replace(known, started=True)
            case CommandCancelRequested() if known := self.commands.get(recorded.stream_id):
                self.commands[recorded.stream_id] = replace(known, cancelled=recorded)
            case CommandFinished() | CommandLost() | CommandRefused():
                self.commands.pop(recorded.stream_id, None)
            case event if isinstance(event, get_args(SessionEvent)):
                self._evolve(recorded, cast("SessionEvent", event))
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

    def waiting(self) -> list[Applicant]:
        """Sessions without a place, in the order they were opened."""
        return [each.applicant for each in self.sessions.values() if not each.is_placed]

    def placed(self) -> list[Applicant]:
        return [each.applicant for each in self.sessions.values() if each.is_placed]

    def _evolve(self, recorded: LoggedEvent, event: SessionEvent) -> None:
        if known := self.sessions.get(recorded.stream_id):
            admitted = recorded if isinstance(event, SessionAdmitted) else known.admitted
            closing = recorded if isinstance(event, SessionCloseRequested) else known.closing
            self._keep(recorded, SESSION.evolve(known.state, event), known.asked, admitted, closing)

    def _keep(
        self,
        recorded: LoggedEvent,
        state: SessionState,
        asked: LoggedEvent,
        admitted: LoggedEvent | None = None,
        closing: LoggedEvent | None = None,
    ) -> None:
        self.turnover += 1
        if isinstance(state, (NoSession, EndedSession)):
            self.sessions.pop(recorded.stream_id, None)
        else:
            self.sessions[recorded.stream_id] = OpenSession(state, recorded.version, asked, admitted, closing)
