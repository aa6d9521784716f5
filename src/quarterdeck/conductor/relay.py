"""The relay: every event that asks for work becomes jobs, in the order of the log."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.dispatch import jobs_for, network_job
from quarterdeck.application.endings import Endings
from quarterdeck.application.journal import Journal
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.jobs import Job, JobQueue
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.streams import SESSION
from quarterdeck.conductor.metrics import JOBS
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain.command import CommandCancelRequested, CommandRequested
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.persona import PersonaDefined, PersonaRevised
from quarterdeck.domain.project import ProjectSettingsChanged
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionClosed,
    SessionLost,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_network import SessionNetworkChanged
from quarterdeck.domain.session_state import (
    EndedSession,
    OpenSession,
    ReadySession,
    SessionState,
)
from quarterdeck.domain.workspace import WorkspaceRestoreRequested

CarryOut = Callable[[int, PayloadErased], Awaitable[None]]
logger = structlog.get_logger(__name__)


class Relay:
    """`work` must have been told of each event before it is relayed."""

    def __init__(
        self, work: OpenWork, journal: Journal, jobs: JobQueue, endings: Endings, carry_out: CarryOut | None = None
    ) -> None:
        """`carry_out`: does what a record of an erasure says."""
        self._work, self._journal, self._jobs, self._endings = work, journal, jobs, endings
        self._carry_out = carry_out

    async def relay(self, recorded: LoggedEvent) -> None:
        """May be repeated for the same event."""
        match recorded.event:
            case CommandRequested(session_id=session_id):
                await self._requested(recorded, session_id)
            case CommandCancelRequested():
                await self._cancel_requested(recorded)
            case SessionProvisioned():
                for command_id in self._work.commands_of(recorded.stream_id):
                    await self.publish(self._work.commands[command_id].asked, recorded.stream_id)
            case SessionReopened(reason=reason):
                await self._lose_started(recorded.stream_id, reason)
            case SessionClosed() | SessionProvisioningFailed() | SessionLost():
                await self.end_commands(recorded.stream_id, _why_ended(recorded.event))
            case WorkspaceRestoreRequested() if recorded.envelope.session_id:
                await self.publish(recorded, recorded.envelope.session_id)
            case SessionNetworkChanged(session_id=session_id):
                await self.publish(recorded, session_id)
            case ProjectSettingsChanged():
                await self._change_networks(recorded, lambda place: place.project_id == recorded.stream_id)
            case PersonaDefined() | PersonaRevised():
                await self._change_networks(recorded, lambda place: _has_persona(place, recorded.stream_id))
            case PayloadErased() as record if self._carry_out:
                # whoever logged it did so already, unless it was killed meanwhile
                carry_out, position = self._carry_out, recorded.position
                await patiently(lambda: carry_out(position, record))
            case _:
                await self.publish(recorded, recorded.stream_id)

    async def publish(self, recorded: LoggedEvent, session_id: UUID) -> None:
        """The jobs of an event, as the session stands now."""
        known = self._work.sessions.get(session_id)
        await self._publish(jobs_for(recorded, known.state if known else None))

    async def _lose_started(self, session_id: UUID, reason: str) -> None:
        """The session goes on elsewhere, and runs there what waits."""
        for command_id in self._work.commands_of(session_id):
            if self._work.commands[command_id].started:
                await self._endings.lost(command_id, reason)

    async def end_commands(self, session_id: UUID, reason: str) -> None:
        """The session is over, and with it all that was asked of it."""
        for command_id in self._work.commands_of(session_id):
            if self._work.commands[command_id].started:
                await self._endings.lost(command_id, reason)
            else:
                await self._endings.refused(command_id, reason, "Open another session with `qd session open`.")

    async def _change_networks(self, recorded: LoggedEvent, follows: Callable[[ReadySession], bool]) -> None:
        """Of sessions that are ready, and follow the list that the event may have changed."""
        for session_id, known in list(self._work.sessions.items()):
            if isinstance(known.state, ReadySession) and follows(known.state):
                await self._publish([network_job(recorded, session_id, known.state)])

    async def _requested(self, recorded: LoggedEvent, session_id: UUID) -> None:
        if session_id in self._work.sessions:
            await self.publish(recorded, session_id)
        elif isinstance(await self._session(session_id), EndedSession):
            reason, next_step = "The session has ended.", "Open another with `qd session open`."
            await self._endings.refused(recorded.stream_id, reason, next_step)

    async def _cancel_requested(self, recorded: LoggedEvent) -> None:
        known = self._work.commands.get(recorded.stream_id)
        if known is None:
            return
        place = self._work.sessions.get(known.session_id)
        if place and isinstance(place.state, OpenSession):
            # no worker has heard of it
            await self._endings.never_ran(recorded.stream_id, "")
        else:
            await self.publish(recorded, known.session_id)

    async def _session(self, session_id: UUID) -> SessionState:
        return (await self._journal.read(SESSION, session_id)).state

    async def _publish(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            await patiently(partial(self._jobs.publish, job))
            JOBS.labels(job.kind.value).inc()


def _has_persona(place: ReadySession, persona_id: UUID) -> bool:
    return place.persona is not None and place.persona.persona_id == persona_id


def _why_ended(event: SessionClosed | SessionProvisioningFailed | SessionLost) -> str:
    return event.reason if isinstance(event, SessionLost) else "The session has ended."
