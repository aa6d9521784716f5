"""Session: a jailed shell on a copy of a repository, from opening to closing."""

from uuid import UUID

from quarterdeck.domain import pausing
from quarterdeck.domain.deadlines import SessionLimitNear
from quarterdeck.domain.errors import ConflictError, InvalidInputError, PausedError
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.limits import check as check_limits
from quarterdeck.domain.pausing import (
    Activity,
    Pause,
    SessionPauseRequested,
    SessionResumed,
)
from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    Limit,
    SessionAdmitted,
    SessionAdopted,
    SessionClosed,
    SessionCloseRequested,
    SessionEvent,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_holds import SessionHeld, SessionLetGo
from quarterdeck.domain.session_state import (
    EndedSession,
    NoSession,
    OpenSession,
    ReadySession,
    SessionState,
    can_return,
    existing,
    ready,
    running,
)

MAX_REF = 255


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
    if isinstance(known, EndedSession) and can_return(known):
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
