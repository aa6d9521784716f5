"""What workers, and the conductor for those that are gone, found to be otherwise than the log had it."""

from collections.abc import Sequence
from typing import cast

from quarterdeck.domain.archive import WorkSetAside
from quarterdeck.domain.session_events import SessionAdopted, SessionLost
from quarterdeck.domain.worker import OrphanRemoved
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.states import FindingKind
from quarterdeck_projections.tables import Finding

WORKER = "worker:"
"""Before a worker's name, where it is the actor."""


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    findings = changes.of(Finding)
    for logged in batch:
        findings.insert(
            (logged.position,), {"position": logged.position, "found_at": logged.recorded_at, **_row(logged)}
        )
    return changes


def _row(logged: Logged) -> Row:
    match cast("OrphanRemoved | SessionAdopted | SessionLost | WorkSetAside", logged.event):
        case OrphanRemoved() as found:
            kind = FindingKind(f"orphan_{found.kind}")
            return _finding(found.worker_id, kind, found.session_id, found.detail)
        case WorkSetAside() as kept:
            return _finding(kept.worker_id, FindingKind.SET_ASIDE, kept.session_id, kept.detail)
        case SessionAdopted() as adopted:
            kind = FindingKind.REBUILT if adopted.rebuilt else FindingKind.ADOPTED
            return _finding(adopted.worker_id, kind, logged.stream_id, adopted.detail)
        case SessionLost() as lost:
            by = logged.actor_id.removeprefix(WORKER) if logged.actor_id.startswith(WORKER) else None
            return _finding(by, FindingKind.LOST, logged.stream_id, lost.reason)


def _finding(worker_id: str | None, kind: FindingKind, session_id: object, detail: str) -> Row:
    return {"worker_id": worker_id, "kind": kind, "session_id": session_id, "detail": detail}


FINDINGS = RowProjection(
    name="findings",
    tables=(Finding,),
    topics=frozenset(cls.TOPIC for cls in (OrphanRemoved, SessionAdopted, SessionLost, WorkSetAside)),
    project=project,
)
