"""What is unfinished, folded from the log: live sessions, which of them have a place, commands, claims,
and what tasks are still to be told of sessions that have ended. Pure.

It is rebuilt at each start from `floor`, before which nothing lies that is still open.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast, get_args
from uuid import UUID

from quarterdeck.application.deliveries import OpenDeliveries
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.streams import SESSION
from quarterdeck.conductor.ended_work import ENDS, EndedWork
from quarterdeck.conductor.held_tasks import HeldTasks
from quarterdeck.conductor.reserved import Reserved
from quarterdeck.domain import session_state
from quarterdeck.domain.admission import Applicant, PlaceTaken
from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandStarted,
)
from quarterdeck.domain.pausing import SessionPauseRequested, SessionResumed, SessionResumeRequested
from quarterdeck.domain.project import ProjectCreated, ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionAdmitted,
    SessionCloseRequested,
    SessionEvent,
    SessionOpened,
    SessionProvisioned,
)
from quarterdeck.domain.session_state import (
    EndedSession,
    LiveSession,
    NoSession,
    ReadySession,
    SessionState,
)
from quarterdeck.domain.worker import WorkerStarted


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
    ready_at: datetime | None = None
    active_at: datetime | None = None
    """When it was last used: became ready or awake, or a command was asked for or ended."""
    sleeps: bool = False
    """The conductor has paused it, since nobody used it."""

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
    held: HeldTasks = field(default_factory=HeldTasks)
    ended: EndedWork = field(default_factory=EndedWork)
    reserved: Reserved = field(default_factory=Reserved)
    deliveries: OpenDeliveries = field(default_factory=OpenDeliveries)
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
            case WorkerStarted():
                self.turnover += 1
            case SessionOpened() | SessionReopened():
                opened = SESSION.evolve(SESSION.initial, recorded.event)
                if isinstance(opened, session_state.OpenSession):
                    self._keep(OpenSession(opened, recorded.version, recorded), opened)
            case PlaceTaken() if recorded.envelope.project_id:
                self.admissions[recorded.envelope.project_id] = recorded.version
            case CommandRequested(session_id=session_id):
                self.commands[recorded.stream_id] = OpenCommand(session_id, recorded)
                self._used(session_id, recorded)
            case CommandStarted() if known := self.commands.get(recorded.stream_id):
                self.commands[recorded.stream_id] = replace(known, started=True)
            case CommandCancelRequested() if known := self.commands.get(recorded.stream_id):
                self.commands[recorded.stream_id] = replace(known, cancelled=recorded)
            case CommandFinished() | CommandLost() | CommandRefused():
                if ended := self.commands.pop(recorded.stream_id, None):
                    self._used(ended.session_id, recorded)
            case event if isinstance(event, get_args(SessionEvent)):
                self._evolve(recorded, cast("SessionEvent", event))
            case _:
                self.held.apply(recorded)
                self.ended.apply(recorded)
                self.reserved.apply(recorded)
                self.deliveries.apply(recorded)

    @property
    def floor(self) -> int:
        """The position after which everything lies that is still open."""
        sessions = (each.asked.position for each in self.sessions.values())
        commands = (each.asked.position for each in self.commands.values())
        others = (*self.held.positions, *self.ended.positions, *self.reserved.positions, *self.deliveries.positions)
        return min((*sessions, *commands, *others), default=self.position + 1) - 1

    def commands_of(self, session_id: UUID) -> list[UUID]:
        """Unfinished ones, in the order they were asked for."""
        return [command_id for command_id, each in self.commands.items() if each.session_id == session_id]

    @property
    def busy(self) -> set[UUID]:
        """Sessions with a command that runs or waits."""
        return {each.session_id for each in self.commands.values()}

    @property
    def asleep(self) -> list[UUID]:
        return [session_id for session_id, each in self.sessions.items() if each.sleeps and not _is_held(each.state)]

    def count_held(self) -> int:
        """Sessions that a budget holds."""
        return sum(_is_held(each.state) for each in self.sessions.values())

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
        if isinstance(event, ENDS) and self._may_have_a_task(recorded.stream_id):
            self.ended.ended(recorded)
        if known := self.sessions.get(recorded.stream_id):
            admitted = recorded if isinstance(event, SessionAdmitted) else known.admitted
            closing = recorded if isinstance(event, SessionCloseRequested) else known.closing
            known = replace(known, admitted=admitted, closing=closing, version=recorded.version)
            self._keep(_at(known, event, recorded), SESSION.evolve(known.state, event))

    def _may_have_a_task(self, session_id: UUID) -> bool:
        """What is known from its opening on says so itself."""
        known = self.sessions.get(session_id)
        return known is None or known.state.task is not None or isinstance(known.asked.event, SessionReopened)

    def _used(self, session_id: UUID, recorded: LoggedEvent) -> None:
        if known := self.sessions.get(session_id):
            self.sessions[session_id] = replace(known, active_at=recorded.envelope.recorded_at)

    def _keep(self, known: OpenSession, state: SessionState) -> None:
        self.turnover += 1
        if isinstance(state, (NoSession, EndedSession)):
            self.sessions.pop(known.asked.stream_id, None)
        else:
            self.sessions[known.asked.stream_id] = replace(known, state=state)


def _is_held(state: LiveSession) -> bool:
    """By a budget that is used up."""
    return isinstance(state, ReadySession) and bool(state.holds)


def _at(known: OpenSession, event: SessionEvent, recorded: LoggedEvent) -> OpenSession:
    """With the times that an event tells."""
    now, ours = recorded.envelope.recorded_at, recorded.envelope.actor.kind is ActorKind.SYSTEM
    match event:
        case SessionProvisioned():
            return replace(known, ready_at=now, active_at=now)
        case SessionPauseRequested():
            return replace(known, sleeps=ours and not _is_held(known.state))
        case SessionResumeRequested():
            return replace(known, sleeps=False)
        case SessionResumed():
            return replace(known, active_at=now)
        case _:
            return known
