"""Sessions."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast, get_args

from quarterdeck.domain.deadlines import SessionLimitNear
from quarterdeck.domain.pausing import (
    PauseEvent,
    SessionPaused,
    SessionPauseRequested,
    SessionResumed,
    SessionResumeRequested,
)
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
from quarterdeck.domain.session_holds import SessionHeld, SessionLetGo
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.workspace import WorkspacePrepared
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.states import SessionState
from quarterdeck_projections.tables import Session


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    sessions = changes.of(Session)
    for logged in batch:
        event, key = cast("SessionEvent | WorkspacePrepared", logged.event), (logged.stream_id,)
        if isinstance(event, SessionOpened):
            sessions.insert(key, _opened(logged, event))
        elif isinstance(event, WorkspacePrepared):
            sessions.update((event.session_id,), {"notes": event.notes})
        else:
            sessions.update(key, _changed(logged, event))
    return changes


def _changed(logged: Logged, event: SessionEvent) -> Row:
    match event:
        case SessionAdmitted():
            return {"state": SessionState.OPENING}
        case SessionForked() | SessionTaskGiven():
            return _origin(event)
        case SessionProvisioned():
            return _provisioned(logged, event)
        case SessionProvisioningFailed():
            return {**_ended(logged, SessionState.FAILED, event.reason), "next_step": event.next_step or None}
        case SessionAdopted():
            return {"worker_id": event.worker_id}
        case SessionReopened():
            return {
                "state": SessionState.QUEUED,
                "reason": event.reason or None,
                "next_step": None,
                "worker_id": None,
                "ready_at": None,
                "ended_at": None,
            }
        case SessionPaused() | SessionResumed() | SessionPauseRequested() | SessionResumeRequested():
            return _paused(event)
        case SessionOpened() | SessionLimitNear() | SessionHeld() | SessionLetGo():
            return {}
        case SessionCloseRequested():
            return {"state": SessionState.CLOSING}
        case SessionLost():
            next_step = "Make it anew from its last snapshot: `qd session resume ID`."
            return {**_ended(logged, SessionState.LOST, event.reason), "next_step": next_step}
        case SessionClosed():
            return _ended(logged, SessionState.CLOSED, event.detail)
        case _:
            assert_never(event)


def _opened(logged: Logged, event: SessionOpened) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "project_id": event.project_id,
        "owner_id": event.owner_id,
        "title": event.title,
        "ref": event.ref,
        "persona": event.persona and asdict(event.persona),
        "state": SessionState.QUEUED,
        "limits": (),
        "forked_before": False,
        "notes": (),
        "opened_at": logged.recorded_at,
    }


def _origin(event: SessionForked | SessionTaskGiven) -> Row:
    if isinstance(event, SessionTaskGiven):
        return {"task_id": event.task_id}
    return {
        "forked_from": event.source_session_id,
        "forked_at": event.point.command_id,
        "forked_before": event.point.before,
    }


def _provisioned(logged: Logged, event: SessionProvisioned) -> Row:
    return {
        "state": SessionState.READY,
        "worker_id": event.worker_id,
        "jail_driver": event.jail_driver,
        "workspace_kind": event.workspace_kind,
        "base_commit": event.base_commit,
        "limits": event.limits,
        "ready_at": logged.recorded_at,
    }


def _paused(event: PauseEvent) -> Row:
    """What is asked for shows when it is done."""
    match event:
        case SessionPaused():
            return {"state": SessionState.PAUSED, "reason": event.reason or None}
        case SessionResumed():
            return {"state": SessionState.READY, "reason": None}
        case SessionPauseRequested() | SessionResumeRequested():
            return {}
        case _:
            assert_never(event)


def _ended(logged: Logged, state: SessionState, reason: str) -> Row:
    return {"state": state, "reason": reason or None, "ended_at": logged.recorded_at}


SESSIONS = RowProjection(
    name="sessions",
    tables=(Session,),
    topics=frozenset(cls.TOPIC for cls in (*get_args(SessionEvent), WorkspacePrepared)),
    project=project,
)
