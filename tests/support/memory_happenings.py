"""What happened while somebody was away, from a log in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tests.support.memory_tasks import MemoryTaskReads

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.alert import AlertRaised
from quarterdeck.domain.budget_ledger import BudgetExhausted
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRefused, EndReason
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict
from quarterdeck.domain.session_events import SessionClosed, SessionLost, SessionOpened, SessionProvisioningFailed
from quarterdeck.domain.task_conflicts import TaskConflictFound
from quarterdeck.domain.task_events import TaskBlocked, TaskCreated, TaskStatus, TaskStatusChanged
from quarterdeck_projections.queries.happenings import HappeningKind, HappeningRow, TallyRow

KINDS: dict[type, HappeningKind] = {
    SessionOpened: HappeningKind.SESSION_OPENED,
    SessionClosed: HappeningKind.SESSION_CLOSED,
    SessionLost: HappeningKind.SESSION_LOST,
    SessionProvisioningFailed: HappeningKind.SESSION_LOST,
    CommandLost: HappeningKind.COMMAND_FAILED,
    CommandRefused: HappeningKind.COMMAND_FAILED,
    TaskCreated: HappeningKind.TASK_CREATED,
    TaskBlocked: HappeningKind.TASK_BLOCKED,
    TaskConflictFound: HappeningKind.TASK_CONFLICT,
    AlertRaised: HappeningKind.ALERT_RAISED,
    BudgetExhausted: HappeningKind.BUDGET_EXHAUSTED,
}


class MemoryHappenings(MemoryTaskReads):
    async def happening_tallies(self, project_id: UUID, after: int) -> Sequence[TallyRow]:
        found = await self._after(project_id, after)
        counts = Counter((kind, each.envelope.actor) for kind, each in found)
        return [
            TallyRow(
                kind=kind,
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=None,
                count=count,
                newest=max(e.position for k, e in found if (k, e.envelope.actor) == (kind, actor)),
            )
            for (kind, actor), count in counts.most_common()
        ]

    async def newest_happenings(self, project_id: UUID, after: int, of_each: int) -> Sequence[HappeningRow]:
        rows = [_row(kind, each) for kind, each in reversed(await self._after(project_id, after))]
        return [row for kind in HappeningKind for row in [row for row in rows if row.kind is kind][:of_each]]

    async def happened_by(self, project_id: UUID, moment: datetime) -> int:
        found = await self._after(project_id, 0)
        return max((each.position for _, each in found if each.envelope.recorded_at <= moment), default=0)

    async def _after(self, project_id: UUID, after: int) -> list[tuple[HappeningKind, LoggedEvent]]:
        events = [each for each in await self._events() if each.envelope.project_id == project_id]
        return [(kind, each) for each in events if each.position > after and (kind := _kind(each)) is not None]


def _kind(logged: LoggedEvent) -> HappeningKind | None:
    match logged.event:
        case CommandFinished() as end:
            well = end.exit_code == 0 or end.reason is EndReason.CANCELLED
            return None if well else HappeningKind.COMMAND_FAILED
        case TaskStatusChanged() as change:
            return HappeningKind.TASK_FINISHED if change.status is TaskStatus.DONE else None
        case NetworkAccessDecided() as asked:
            return HappeningKind.NETWORK_REFUSED if asked.verdict is Verdict.REFUSED else None
        case event:
            return KINDS.get(type(event))


def _row(kind: HappeningKind, logged: LoggedEvent) -> HappeningRow:
    actor = logged.envelope.actor
    return HappeningRow(
        kind=kind,
        position=logged.position,
        happened_at=logged.envelope.recorded_at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=None,
        subject_id=logged.stream_id,
        subject=logged.topic,
    )
