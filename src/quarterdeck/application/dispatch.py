"""Which jobs an event asks for. The relay does this for the whole log; `Doorbell` at once, to save its delay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from quarterdeck.application.ports.jobs import Job, JobKind, JobQueue
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.command import CommandCancelRequested, CommandRequested
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.events import Event
from quarterdeck.domain.pausing import SessionPauseRequested, SessionResumeRequested
from quarterdeck.domain.project import ProjectCreated
from quarterdeck.domain.session_events import SessionAdmitted, SessionCloseRequested
from quarterdeck.domain.session_network import SessionNetworkChanged
from quarterdeck.domain.session_state import OpenSession, ReadySession, SessionState
from quarterdeck.domain.workspace import WorkspaceRestoreRequested

logger = structlog.get_logger(__name__)


def jobs_for(recorded: LoggedEvent, session: SessionState | None) -> Sequence[Job]:
    """The jobs that an event asks for, given the state of the session it belongs to (None: of no session).

    A command of a session that is not ready asks for none yet: the relay looks again when it is.
    """
    match recorded.event:
        case ProjectCreated():
            return (_job(JobKind.MIRROR_PROJECT, recorded),)
        case SessionAdmitted():
            return (_job(JobKind.PROVISION_SESSION, recorded, _where(session)),)
        case CommandRequested() if isinstance(session, ReadySession):
            return (_job(JobKind.RUN_COMMAND, recorded, session.worker_id),)
        case CommandCancelRequested() if isinstance(session, ReadySession):
            return (_job(JobKind.CANCEL_COMMAND, recorded, session.worker_id),)
        case SessionPauseRequested() if isinstance(session, ReadySession):
            return (_job(JobKind.PAUSE_SESSION, recorded, session.worker_id),)
        case SessionResumeRequested() if isinstance(session, ReadySession):
            return (_job(JobKind.RESUME_SESSION, recorded, session.worker_id),)
        case SessionCloseRequested() if isinstance(session, ReadySession):
            return (_job(JobKind.CLOSE_SESSION, recorded, session.worker_id),)
        case WorkspaceRestoreRequested() if isinstance(session, ReadySession):
            session_id = recorded.envelope.session_id
            return (_job(JobKind.RESTORE_WORKSPACE, recorded, session.worker_id, session_id),)
        case SessionNetworkChanged(session_id=session_id) if isinstance(session, ReadySession):
            return (network_job(recorded, session_id, session),)
        case _:
            return ()


def _where(session: SessionState | None) -> str | None:
    """A fork is made where the files are that it starts from."""
    return session.fork.worker_id if isinstance(session, OpenSession) and session.fork else None


def network_job(recorded: LoggedEvent, session_id: UUID, session: ReadySession) -> Job:
    """A session's network is to be looked at again. An event may ask for that for many sessions."""
    return Job(
        kind=JobKind.CHANGE_NETWORK,
        subject_id=session_id,
        event_id=f"{recorded.event_id}:{session_id}:{session.worker_id}",
        worker_id=session.worker_id,
        traceparent=recorded.envelope.traceparent,
    )


def _job(
    kind: JobKind,
    recorded: LoggedEvent,
    worker_id: str | None = None,
    subject_id: UUID | None = None,
) -> Job:
    # a session may go on at another worker, and what was asked of it with it: that is no repetition
    event_id = recorded.event_id if worker_id is None else f"{recorded.event_id}:{worker_id}"
    return Job(
        kind=kind,
        subject_id=subject_id or recorded.stream_id,
        event_id=event_id,
        worker_id=worker_id,
        traceparent=recorded.envelope.traceparent,
    )


class Doorbell(Protocol):
    async def ring(self, recorded: Sequence[Recorded[Event]], session: SessionState | None = None) -> None:
        """Tells workers of what was just appended. Never fails: the relay tells them again."""
        ...


@dataclass(frozen=True)
class QueueDoorbell:
    jobs: JobQueue

    async def ring(self, recorded: Sequence[Recorded[Event]], session: SessionState | None = None) -> None:
        for event in recorded:
            for job in jobs_for(event, session):
                try:
                    await self.jobs.publish(job)
                except UnavailableError as error:
                    logger.warning("doorbell not rung; the relay will", job=job.event_id, error=error.message)
