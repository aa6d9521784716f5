"""A session as its events have made it."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from quarterdeck.domain import pausing, session_holds
from quarterdeck.domain.deadlines import SessionLimitNear
from quarterdeck.domain.errors import ConflictError, NotFoundError
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked, strictest
from quarterdeck.domain.pausing import (
    AWAKE,
    Pause,
    PauseEvent,
    SessionPaused,
    SessionPauseRequested,
    SessionResumed,
    SessionResumeRequested,
)
from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionAdmitted,
    SessionAdopted,
    SessionClosed,
    SessionCloseRequested,
    SessionEvent,
    SessionForked,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_holds import NO_HOLDS, Holds, SessionHeld, SessionLetGo
from quarterdeck.domain.session_task import SessionTaskGiven


@dataclass(frozen=True, kw_only=True)
class NoSession:
    pass


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """Opened; no worker has it yet."""

    project_id: UUID
    owner_id: UUID
    ref: str
    title: str
    asked: LimitsAsked = NOTHING_ASKED
    """Beside what the project asks for: by its persona and by whoever opened it."""
    persona: SessionPersona | None = None
    admitted: bool = False
    fork: SessionForked | None = None
    came_from: str = ""
    """The worker that had it before, and is gone: it is made from its last snapshot."""
    task: SessionTaskGiven | None = None
    closing: bool = False
    closing_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadySession:
    """Its jail stands on `worker_id`."""

    project_id: UUID
    owner_id: UUID
    ref: str
    title: str
    worker_id: str
    jail_driver: str
    base_commit: str
    asked: LimitsAsked = NOTHING_ASKED
    persona: SessionPersona | None = None
    closing: bool = False
    closing_reason: str = ""
    pause: Pause = AWAKE
    holds: Holds = NO_HOLDS
    near: tuple[SessionLimitNear, ...] = ()
    """The last warning of each limit."""
    task: SessionTaskGiven | None = None


@dataclass(frozen=True, kw_only=True)
class EndedSession:
    """Closed, lost or never provisioned: nothing more happens to it."""

    project_id: UUID
    owner_id: UUID
    ref: str
    title: str
    how: str
    """`closed`, `lost` or `failed`."""
    reason: str
    worker_id: str = ""
    """Where its files were; empty: it had none."""
    asked: LimitsAsked = NOTHING_ASKED
    persona: SessionPersona | None = None
    task: SessionTaskGiven | None = None


SessionState = NoSession | OpenSession | ReadySession | EndedSession


LiveSession = OpenSession | ReadySession


LIVE = (OpenSession, ReadySession)


def evolve(state: SessionState, event: SessionEvent) -> SessionState:
    match event:
        case SessionOpened() | SessionReopened():
            return OpenSession(
                project_id=event.project_id,
                owner_id=event.owner_id,
                ref=event.ref,
                title=event.title,
                asked=_asked(event),
                persona=event.persona,
                came_from=event.worker_id if isinstance(event, SessionReopened) else "",
                task=None if isinstance(state, NoSession) else state.task,
            )
        case SessionAdmitted() | SessionForked() | SessionTaskGiven():
            return _opening(state, event) if isinstance(state, OpenSession) else state
        case SessionProvisioned():
            live = running(state)
            return ReadySession(
                asked=live.asked,
                persona=live.persona,
                project_id=live.project_id,
                owner_id=live.owner_id,
                ref=live.ref,
                title=live.title,
                worker_id=event.worker_id,
                jail_driver=event.jail_driver,
                base_commit=event.base_commit,
                closing=live.closing,
                closing_reason=live.closing_reason,
                task=live.task,
            )
        case SessionProvisioningFailed():
            return _ended(state, "failed", event.reason)
        case SessionAdopted():
            known = ready(state)
            pause = pausing.rebuilt(known.pause) if event.rebuilt else known.pause
            return replace(known, worker_id=event.worker_id, pause=pause)
        case SessionPauseRequested() | SessionPaused() | SessionResumeRequested() | SessionResumed():
            known = ready(state)
            return replace(known, pause=pausing.evolve(known.pause, event), holds=_holds_after(known, event))
        case SessionHeld() | SessionLetGo():
            known = ready(state)
            return replace(known, holds=session_holds.evolve(known.holds, event))
        case SessionCloseRequested():
            return replace(running(state), closing=True, closing_reason=event.reason)
        case SessionLimitNear():
            known = ready(state)
            others = tuple(each for each in known.near if each.limit != event.limit)
            return replace(known, near=(*others, event))
        case SessionLost():
            return _ended(state, "lost", event.reason)
        case SessionClosed():
            return _ended(state, "closed", event.detail)
        case _:
            assert_never(event)


def _holds_after(known: ReadySession, event: PauseEvent) -> Holds:
    """One that was paused by what holds it, and is to be paused once more, was paused by somebody as well."""
    again = isinstance(event, SessionPauseRequested) and pausing.is_asleep(known.pause)
    return replace(known.holds, paused=False) if again else known.holds


def _opening(state: OpenSession, event: SessionAdmitted | SessionForked | SessionTaskGiven) -> OpenSession:
    match event:
        case SessionAdmitted():
            return replace(state, admitted=True)
        case SessionForked():
            return replace(state, fork=event)
        case SessionTaskGiven():
            return replace(state, task=event)
        case _:
            assert_never(event)


def _ended(state: SessionState, how: str, reason: str) -> EndedSession:
    live = running(state)
    return EndedSession(
        project_id=live.project_id,
        owner_id=live.owner_id,
        ref=live.ref,
        title=live.title,
        how=how,
        reason=reason,
        worker_id=keeper(live),
        asked=live.asked,
        persona=live.persona,
        task=live.task,
    )


def _asked(event: SessionOpened | SessionReopened) -> LimitsAsked:
    """With what its persona asks for."""
    return strictest(event.limits, event.persona.limits) if event.persona else event.limits


def keeper(state: SessionState) -> str:
    """The worker that has the session's files, or had them last; empty: none."""
    match state:
        case ReadySession(worker_id=worker_id) | EndedSession(worker_id=worker_id) | OpenSession(came_from=worker_id):
            return worker_id
        case NoSession():
            return ""


def existing(state: SessionState) -> OpenSession | ReadySession | EndedSession:
    if isinstance(state, NoSession):
        raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
    return state


def running(state: SessionState) -> LiveSession:
    """The session if it has not ended."""
    session = existing(state)
    if isinstance(session, EndedSession):
        next_step = "Take it up again with `qd session resume ID`, or open" if can_return(session) else "Open"
        raise ConflictError(f"This session has ended ({session.how}).", f"{next_step} another with `qd session open`.")
    return session


def ready(state: SessionState) -> ReadySession:
    session = running(state)
    if isinstance(session, OpenSession):
        raise ConflictError("This session is still being provisioned.", "Wait until it is ready.")
    return session


def can_return(ended: EndedSession) -> bool:
    return ended.how == "lost" and bool(ended.worker_id)
