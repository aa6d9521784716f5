"""Session: a jailed shell on a copy of a repository, from opening to closing."""

from dataclasses import dataclass, replace
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain import pausing, session_holds
from quarterdeck.domain.deadlines import SessionLimitNear
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError, PausedError
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked, strictest
from quarterdeck.domain.limits import check as check_limits
from quarterdeck.domain.pausing import (
    AWAKE,
    Activity,
    Pause,
    PauseEvent,
    SessionPaused,
    SessionPauseRequested,
    SessionResumed,
    SessionResumeRequested,
)
from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.point import Point
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_holds import NO_HOLDS, HoldEvent, Holds, SessionHeld, SessionLetGo
from quarterdeck.domain.session_task import SessionTaskGiven

MAX_REF = 255


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit as asked for and as this host keeps it."""

    name: str
    asked: str
    enforced_by: str
    """`cgroup`, `rlimit`, `watcher`, or `` where this host cannot."""


@dataclass(frozen=True, kw_only=True)
class SessionOpened:
    TOPIC: ClassVar[str] = "SessionOpened"
    SCHEMA_VERSION: ClassVar[int] = 3
    project_id: UUID
    owner_id: UUID
    ref: str
    """Branch, tag or commit of the repository that the workspace starts from."""
    title: str = ""
    limits: LimitsAsked = NOTHING_ASKED
    """What was asked for beside the project's and the persona's; the strictest of each holds."""
    persona: SessionPersona | None = None


@dataclass(frozen=True, kw_only=True)
class SessionAdmitted:
    """It has a place: a worker may provision it. Until then it waits in the project's queue."""

    TOPIC: ClassVar[str] = "SessionAdmitted"
    SCHEMA_VERSION: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class SessionForked:
    """It starts with the files, and the shell's directory and exports, that another session had at a point."""

    TOPIC: ClassVar[str] = "SessionForked"
    SCHEMA_VERSION: ClassVar[int] = 1
    source_session_id: UUID
    point: Point
    base_commit: str
    """What the source was made from, and so is this one."""
    tree: str
    worker_id: str
    """Where the source's files are."""


@dataclass(frozen=True, kw_only=True)
class SessionProvisioned:
    TOPIC: ClassVar[str] = "SessionProvisioned"
    SCHEMA_VERSION: ClassVar[int] = 2
    worker_id: str
    jail_driver: str
    workspace_kind: str
    """`overlay` or `clone`."""
    base_commit: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SessionProvisioningFailed:
    TOPIC: ClassVar[str] = "SessionProvisioningFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class SessionAdopted:
    """A worker found the session's jail alive, or built it anew on the kept files (`rebuilt`)."""

    TOPIC: ClassVar[str] = "SessionAdopted"
    SCHEMA_VERSION: ClassVar[int] = 1
    worker_id: str
    rebuilt: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class SessionCloseRequested:
    TOPIC: ClassVar[str] = "SessionCloseRequested"
    SCHEMA_VERSION: ClassVar[int] = 2
    reason: str = ""
    """Where it is not somebody's wish."""


@dataclass(frozen=True, kw_only=True)
class SessionLost:
    TOPIC: ClassVar[str] = "SessionLost"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, kw_only=True)
class SessionClosed:
    TOPIC: ClassVar[str] = "SessionClosed"
    SCHEMA_VERSION: ClassVar[int] = 1
    detail: str = ""


SessionEvent = (
    SessionOpened
    | SessionAdmitted
    | SessionForked
    | SessionTaskGiven
    | SessionProvisioned
    | SessionProvisioningFailed
    | SessionAdopted
    | SessionReopened
    | PauseEvent
    | HoldEvent
    | SessionLimitNear
    | SessionCloseRequested
    | SessionLost
    | SessionClosed
)


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
        next_step = "Take it up again with `qd session resume ID`, or open" if _can_return(session) else "Open"
        raise ConflictError(f"This session has ended ({session.how}).", f"{next_step} another with `qd session open`.")
    return session


def ready(state: SessionState) -> ReadySession:
    session = running(state)
    if isinstance(session, OpenSession):
        raise ConflictError("This session is still being provisioned.", "Wait until it is ready.")
    return session


def open_session(
    state: SessionState,
    *,
    project_id: UUID,
    owner_id: UUID,
    ref: str,
    title: str,
    asked: LimitsAsked = NOTHING_ASKED,
    persona: SessionPersona | None = None,
) -> tuple[SessionEvent, ...]:
    if not isinstance(state, NoSession):
        raise ConflictError("This session exists already.")
    # git's own rule, shortened: a ref that starts with a dash would be read as an option
    if not ref or len(ref) > MAX_REF or ref.startswith("-") or not ref.isprintable() or " " in ref:
        raise InvalidInputError(
            f"{ref[:40]!r} is no branch, tag or commit.", "Name one that `git branch -a` lists.", field="ref"
        )
    check_limits(asked, "limits")
    opened = SessionOpened(
        project_id=project_id, owner_id=owner_id, ref=ref, title=title[:200], limits=asked, persona=persona
    )
    return (opened,)


def admit(state: SessionState) -> tuple[SessionEvent, ...]:
    waiting = isinstance(existing(state), OpenSession) and not running(state).closing
    return (SessionAdmitted(),) if waiting else ()


def files_at(state: SessionState) -> str:
    """The worker that has the session's files, or what was kept of them."""
    match existing(state):
        case ReadySession(worker_id=worker_id) | EndedSession(worker_id=worker_id) if worker_id:
            return worker_id
        case _:
            raise ConflictError("This session has no files yet.", "Wait until it is ready.")


def provision(
    state: SessionState,
    *,
    worker_id: str,
    jail_driver: str,
    workspace_kind: str,
    base_commit: str,
    limits: tuple[Limit, ...],
    rebuilt: str = "",
) -> tuple[SessionEvent, ...]:
    """`rebuilt`: what is said of one that is taken up again."""
    if isinstance(running(state), ReadySession):
        raise ConflictError("This session is provisioned already.")
    provisioned = SessionProvisioned(
        worker_id=worker_id,
        jail_driver=jail_driver,
        workspace_kind=workspace_kind,
        base_commit=base_commit,
        limits=limits,
    )
    return (provisioned, SessionResumed(rebuilt=True, detail=rebuilt)) if rebuilt else (provisioned,)


def fail_provisioning(state: SessionState, *, reason: str, next_step: str) -> tuple[SessionEvent, ...]:
    """One that was to be taken up again is lost again, and may be tried once more."""
    known = running(state)
    if isinstance(known, ReadySession):
        raise ConflictError("This session is provisioned already.")
    if known.came_from:
        return lose(known, f"It could not be taken up again: {reason} {next_step}".strip())
    return (SessionProvisioningFailed(reason=reason, next_step=next_step),)


def adopt(state: SessionState, *, worker_id: str, rebuilt: bool, detail: str) -> tuple[SessionEvent, ...]:
    ready(state)
    return (SessionAdopted(worker_id=worker_id, rebuilt=rebuilt, detail=detail),)


def awake(state: SessionState) -> None:
    """Raises PausedError where nothing can reach what runs in it."""
    if isinstance(state, ReadySession) and state.pause.activity is not Activity.RUNNING:
        raise PausedError("This session is paused.", "Resume it with `qd session resume ID`.")


def _staying(state: SessionState) -> Pause:
    session = ready(state)
    if session.closing:
        raise ConflictError("This session is closing.", "Open another with `qd session open`.")
    return session.pause


def request_pause(state: SessionState, reason: str = "") -> tuple[SessionEvent, ...]:
    """Asks for everything in it to be frozen. One that is, or is about to be, stays as it is.

    One that a budget has paused is then paused by somebody as well, and does not go on when the budget lets it.
    """
    pause = _staying(state)
    if ready(state).holds.paused:
        return (SessionPauseRequested(reason=reason.strip()[: pausing.MAX_REASON]),)
    return pausing.request_pause(pause, reason)


def hold(state: SessionState, budget_id: UUID, reason: str) -> tuple[SessionEvent, ...]:
    """A budget is used up: it is paused, whether that is asked for here or was before."""
    if not isinstance(state, ReadySession) or state.closing or budget_id in state.holds.budgets:
        return ()
    pauses = pausing.request_pause(state.pause, reason)
    return (SessionHeld(budget_id=budget_id, reason=reason, pauses=bool(pauses)), *pauses)


def let_go(state: SessionState, budget_id: UUID) -> tuple[SessionEvent, ...]:
    """The budget holds it no more. It goes on where nothing else holds it, and nobody else has paused it."""
    if not isinstance(state, ReadySession) or budget_id not in state.holds.budgets:
        return ()
    gone = SessionLetGo(budget_id=budget_id)
    last = state.holds.paused and len(state.holds.budgets) == 1 and not state.closing
    return (gone, *(pausing.request_resume(state.pause) if last else ()))


def pause(state: SessionState) -> tuple[SessionEvent, ...]:
    """It is frozen now, as was asked for."""
    return pausing.pause(ready(state).pause)


def request_resume(state: SessionState) -> tuple[SessionEvent, ...]:
    """Of one that is paused. One that is lost is to be made anew from its last snapshot."""
    known = existing(state)
    if isinstance(known, EndedSession) and _can_return(known):
        return (_reopened(known, known.worker_id, known.reason),)
    if isinstance(known, OpenSession) and known.came_from and not known.closing:
        return ()
    pause = _staying(known)
    if holds := ready(known).holds:
        next_step = "Whoever owns the budget answers it: `qd budget answer ID`."
        raise PausedError(f"A budget holds this session. {holds.reasons[-1][1]}", next_step)
    return pausing.request_resume(pause)


def lose_worker(state: SessionState, worker_id: str, reason: str) -> tuple[SessionEvent, ...]:
    """The worker that has it is gone. One that somebody waits for, since it was to be resumed, goes on elsewhere."""
    if not isinstance(state, ReadySession) or state.worker_id != worker_id:
        return ()
    if state.pause.activity is Activity.RESUMING and not state.closing:
        return (_reopened(state, worker_id, reason),)
    return lose(state, reason)


def _can_return(ended: EndedSession) -> bool:
    return ended.how == "lost" and bool(ended.worker_id)


def _reopened(known: ReadySession | EndedSession, worker_id: str, reason: str) -> SessionReopened:
    return SessionReopened(
        project_id=known.project_id,
        owner_id=known.owner_id,
        ref=known.ref,
        title=known.title,
        limits=known.asked,
        persona=known.persona,
        worker_id=worker_id,
        reason=reason,
    )


def resume(state: SessionState) -> tuple[SessionEvent, ...]:
    """It is thawed, as was asked for."""
    return pausing.resume(ready(state).pause)


def warn(state: SessionState, near: SessionLimitNear) -> tuple[SessionEvent, ...]:
    """Once for each time that a limit comes near."""
    return () if near in ready(state).near else (near,)


def request_close(state: SessionState, reason: str = "") -> tuple[SessionEvent, ...]:
    """Asks for the end. An open session that no worker has yet is closed at once; a second request is nothing new."""
    session = existing(state)
    if isinstance(session, EndedSession) or session.closing:
        return ()
    if isinstance(session, OpenSession):
        return (SessionCloseRequested(reason=reason), SessionClosed(detail="closed before it was provisioned"))
    return (SessionCloseRequested(reason=reason),)


def close(state: SessionState, detail: str = "") -> tuple[SessionEvent, ...]:
    return () if isinstance(existing(state), EndedSession) else (SessionClosed(detail=detail),)


def lose(state: SessionState, reason: str) -> tuple[SessionEvent, ...]:
    return () if isinstance(existing(state), EndedSession) else (SessionLost(reason=reason),)
