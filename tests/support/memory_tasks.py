"""The read model of tasks, folded from the memory log when it is asked. A search finds what contains the text."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tests.support import usage_facts

from quarterdeck.application.ports.log import EventLog, LoggedEvent
from quarterdeck.application.streams import TASK, TASK_FILES
from quarterdeck.domain import project, task_conflicts
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import Role
from quarterdeck.domain.task import Claim, Task
from quarterdeck.domain.task_conflicts import TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import (
    CLOSED,
    TaskClaimed,
    TaskCreated,
    TaskEvent,
    TaskLinked,
    TaskStatus,
    TaskStatusChanged,
    TaskUnlinked,
    TaskWorkNoted,
)
from quarterdeck.domain.task_fields import Priority
from quarterdeck.domain.task_files import TaskSyncFailed, TaskSynchronized, task_files_id
from quarterdeck_projections.paging import Page, Window
from quarterdeck_projections.queries.members import MemberRow
from quarterdeck_projections.queries.task_board import BoardColumn, Grouping
from quarterdeck_projections.queries.task_files import TaskConflictRow, TaskFilesRow
from quarterdeck_projections.queries.task_history import TaskField, TaskHistoryRow
from quarterdeck_projections.queries.task_work import TOKENS, TaskWorkRow, WorkUsage
from quarterdeck_projections.queries.tasks import ClaimRow, Order, TaskFilter, TaskLinkRow, TaskRow
from quarterdeck_projections.task_board import told
from quarterdeck_projections.usage.facts import Fact
from quarterdeck_projections.usage.measures import Measure


class MemoryTaskReads:
    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def _events(self) -> Sequence[LoggedEvent]:
        return await self._log.read(0, 1_000_000)

    async def roles(self, user_id: UUID) -> Mapping[UUID, Role]:
        members = await self._members()
        return {project_id: role for (project_id, member), role in members.items() if member == user_id}

    async def project_members(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[MemberRow]]:
        found: dict[UUID, list[MemberRow]] = {each: [] for each in ids}
        for (project_id, user_id), role in sorted((await self._members()).items()):
            if project_id in found:
                found[project_id].append(MemberRow(project_id=project_id, user_id=user_id, role=role))
        return found

    async def _members(self) -> Mapping[tuple[UUID, UUID], Role]:
        members: dict[tuple[UUID, UUID], Role] = {}
        for logged in await self._events():
            match logged.event:
                case project.ProjectCreated(owner_id=owner):
                    members[logged.stream_id, owner] = Role.OWNER
                case project.MemberAdded(user_id=member, role=role):
                    members[logged.stream_id, member] = role
                case project.MemberRemoved(user_id=member):
                    members.pop((logged.stream_id, member), None)
                case _:
                    pass
        return members

    async def tasks(self, ids: Collection[UUID], /) -> Mapping[UUID, TaskRow]:
        return {row.id: row for row in await self._tasks() if row.id in ids}

    async def task_links(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[TaskLinkRow]]:
        found: dict[UUID, dict[object, TaskLinkRow]] = {each: {} for each in ids}
        for logged in await self._events():
            links = found.get(logged.stream_id)
            if links is not None and isinstance(logged.event, TaskLinked):
                link, at = logged.event.link, logged.envelope.recorded_at
                links[link] = TaskLinkRow(kind=link.kind, target=link.target, linked_at=at)
            elif links is not None and isinstance(logged.event, TaskUnlinked):
                links.pop(logged.event.link, None)
        return {key: list(links.values()) for key, links in found.items()}

    async def task_conflicts(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[TaskConflictRow]]:
        found: dict[UUID, dict[object, TaskConflictRow]] = {each: {} for each in ids}
        for logged in await self._events():
            rows, event = found.get(logged.stream_id), logged.event
            if rows is not None and isinstance(event, TaskConflictFound):
                rows[task_conflicts.key(event)] = TaskConflictRow(
                    field=event.field,
                    session_id=event.session_id,
                    base=event.base,
                    file=event.file,
                    log=event.log,
                    found_at=logged.envelope.recorded_at,
                )
            elif rows is not None and isinstance(event, TaskConflictResolved):
                rows.pop(task_conflicts.key(event), None)
        return {key: list(rows.values()) for key, rows in found.items()}

    async def task_files(self, ids: Collection[UUID], /) -> Mapping[UUID, TaskFilesRow]:
        found: dict[UUID, TaskFilesRow] = {}
        for project_id in ids:
            events = await self._log.load(task_files_id(project_id))
            state = TASK_FILES.fold(task_files_id(project_id), events).state
            last = next((e for e in reversed(events) if isinstance(e.event, TaskSynchronized)), None)
            done = last.event if last and isinstance(last.event, TaskSynchronized) else TaskSynchronized(commit="")
            failed = events[-1].event if events and isinstance(events[-1].event, TaskSyncFailed) else None
            found[project_id] = TaskFilesRow(
                project_id=project_id,
                commit=state.commit or None,
                written_commit=None,
                writing=bool(state.writing),
                synchronized_at=last.envelope.recorded_at if last else None,
                read=done.read,
                written=done.written,
                findings=state.findings,
                findings_total=done.findings_total,
                asked=state.asked,
                answered=state.answered,
                failed_at=events[-1].envelope.recorded_at if failed else None,
                failure=failed.message if failed else None,
                next_step=failed.next_step if failed else None,
                conflicts=await self._conflicts_of(project_id),
            )
        return found

    async def _conflicts_of(self, project_id: UUID) -> int:
        ids = [row.id for row in await self._tasks() if row.project_id == project_id]
        return sum(len(each) for each in (await self.task_conflicts(ids)).values())

    async def task_dependents(self, project_id: UUID, number: int) -> Sequence[TaskRow]:
        rows = [row for row in await self._tasks() if row.project_id == project_id and number in row.dependencies]
        return sorted(rows, key=lambda row: row.number)

    async def list_tasks(
        self, visible_to: UUID | None, window: Window, chosen: TaskFilter, order: Order
    ) -> Page[TaskRow]:
        rows = sorted(await self._chosen(visible_to, chosen), key=lambda row: -row.position)
        if order is Order.URGENCY:
            rows.sort(key=_place)
        after = next((place for place, row in enumerate(rows) if row.position == window.after), -1)
        rows = rows[after + 1 :]
        return Page(rows=rows[: window.limit], has_next=len(rows) > window.limit)

    async def search_tasks(
        self, visible_to: UUID | None, window: Window, chosen: TaskFilter, text: str
    ) -> Page[TaskRow]:
        rows = [row for row in await self._chosen(visible_to, chosen) if text in f"{row.title} {row.body}"]
        return Page(rows=rows[: window.limit], has_next=len(rows) > window.limit)

    async def task_board(
        self, visible_to: UUID | None, chosen: TaskFilter, grouping: Grouping, shown: int
    ) -> Sequence[BoardColumn]:
        columns: dict[str | None, list[TaskRow]] = {}
        if grouping is Grouping.STATUS:
            columns = {status.value: [] for status in TaskStatus}
        for row in await self._chosen(visible_to, chosen):
            for key in _keys(row, grouping):
                columns.setdefault(key, []).append(row)
        return [BoardColumn(key=key, count=len(rows), tasks=rows[:shown]) for key, rows in columns.items()]

    async def task_history(
        self, task_id: UUID, window: Window, *, fields: Collection[TaskField]
    ) -> Page[TaskHistoryRow]:
        names = _user_names(await self._events())
        rows = [
            _entry(logged, logged.event, names)
            for logged in reversed(await self._events())
            if logged.stream_id == task_id and isinstance(logged.event, TaskEvent)
        ]
        rows = [row for row in rows if row.changes and (not fields or {*fields} & row.changes.keys())]
        rows = [row for row in rows if window.after is None or row.position < window.after]
        return Page(rows=rows[: window.limit], has_next=len(rows) > window.limit)

    async def task_work(self, task_id: UUID, window: Window) -> Page[TaskWorkRow]:
        found: dict[UUID, TaskWorkRow] = {}
        state = (await TASK.load(self._log, task_id)).state
        for logged in await self._log.load(task_id):
            if isinstance(logged.event, TaskWorkNoted) and isinstance(state, Task):
                work = logged.event.work
                found[work.session_id] = TaskWorkRow(
                    position=logged.position,
                    noted_at=logged.envelope.recorded_at,
                    project_id=state.project_id,
                    work=work,
                )
        rows = sorted(found.values(), key=lambda row: -row.position)
        rows = [row for row in rows if window.after is None or row.position < window.after]
        return Page(rows=rows[: window.limit], has_next=len(rows) > window.limit)

    async def work_usage(self, rows: Collection[TaskWorkRow], /) -> Mapping[UUID, WorkUsage]:
        facts = usage_facts.of(await self._events())
        sessions = {row.work.session_id for row in rows} & {fact.session_id for fact in facts if fact.model}
        return {each: _usage([fact for fact in facts if fact.session_id == each]) for each in sessions}

    async def _chosen(self, visible_to: UUID | None, chosen: TaskFilter) -> list[TaskRow]:
        roles = await self.roles(visible_to) if visible_to else None
        return [
            row
            for row in await self._tasks()
            if (roles is None or row.project_id in roles)
            and chosen.project_id in {None, row.project_id}
            and (not chosen.statuses or row.status in chosen.statuses)
            and (not chosen.priorities or row.priority in chosen.priorities)
            and {*chosen.labels} <= {*row.labels}
            and chosen.owner in {None, row.owner_id, row.owner_name}
            and not (chosen.unowned and row.owner_id)
            and not (chosen.unlabelled and row.labels)
            and (chosen.text is None or chosen.text in f"{row.title} {row.body}")
        ]

    async def _tasks(self) -> list[TaskRow]:
        events = await self._events()
        streams: dict[UUID, list[LoggedEvent]] = {}
        for logged in events:
            if isinstance(logged.event, TaskEvent):
                streams.setdefault(logged.stream_id, []).append(logged)
        names = _user_names(events)
        return [_row(stream, names) for stream in streams.values()]


def _user_names(events: Sequence[LoggedEvent]) -> Mapping[str, str]:
    return {str(each.stream_id): each.event.name for each in events if isinstance(each.event, UserRegistered)}


def _place(row: TaskRow) -> tuple[int, int]:
    return -[*Priority].index(row.priority), row.position


def _keys(row: TaskRow, grouping: Grouping) -> Iterator[str | None]:
    match grouping:
        case Grouping.STATUS:
            yield row.status.value
        case Grouping.OWNER:
            yield row.owner_name
        case Grouping.LABEL:
            yield from row.labels or (None,)


def _entry(logged: LoggedEvent, event: TaskEvent, names: Mapping[str, str]) -> TaskHistoryRow:
    actor = logged.envelope.actor
    return TaskHistoryRow(
        position=logged.position,
        recorded_at=logged.envelope.recorded_at,
        actor_kind=actor.kind.value,
        actor=names.get(actor.id, actor.id),
        session_id=logged.envelope.session_id,
        changes={
            TaskField(name): names.get(str(value), str(value)) if name == "owner" and value else value
            for name, value in told(event).items()
        },
    )


def _row(stream: Sequence[LoggedEvent], names: Mapping[str, str]) -> TaskRow:
    state, first, last = TASK.fold(stream[0].stream_id, stream).state, stream[0], stream[-1]
    assert isinstance(state, Task)
    assert isinstance(first.event, TaskCreated)
    claimed = [each.envelope.recorded_at for each in stream if isinstance(each.event, TaskClaimed)]
    changed = [each.envelope.recorded_at for each in stream if isinstance(each.event, TaskStatusChanged)]
    owner = str(state.owner_id) if state.owner_id else None
    return TaskRow(
        id=first.stream_id,
        position=first.position,
        project_id=state.project_id,
        number=state.number,
        **vars(state.fields),
        revision=state.revision,
        status=state.status,
        reason=state.reason,
        owner_id=state.owner_id,
        owner_name=owner and names.get(owner, owner),
        assigned=state.assigned,
        claim=_claim(state.claim, claimed[-1], names) if state.claim else None,
        created_at=first.envelope.recorded_at,
        created_by=names.get(first.envelope.actor.id, first.envelope.actor.id),
        updated_at=last.envelope.recorded_at,
        closed_at=changed[-1] if state.status in CLOSED else None,
    )


def _claim(claim: Claim, claimed_at: datetime, names: Mapping[str, str]) -> ClaimRow:
    return ClaimRow(
        number=claim.number,
        holder_id=claim.user_id,
        holder_name=names.get(str(claim.user_id), str(claim.user_id)),
        session_id=claim.session_id,
        claimed_at=claimed_at,
        expires_at=claim.expires_at,
    )


def _usage(facts: Sequence[Fact]) -> WorkUsage:
    costs = [fact.value for fact in facts if fact.measure is Measure.COST]
    known = [value for value in costs if value is not None]
    return WorkUsage(
        calls=sum(fact.measure is Measure.MODEL_CALLS for fact in facts),
        tokens=sum(fact.value or 0 for fact in facts if fact.measure in TOKENS),
        nano_dollars=sum(known) if known else None,
        unpriced=len(costs) - len(known),
    )
