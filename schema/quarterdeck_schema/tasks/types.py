"""A task, as the API shows it."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import orjson
import strawberry

from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import CLOSED, LinkKind, TaskStatus
from quarterdeck.domain.task_fields import Priority, reference
from quarterdeck_projections.queries.task_history import TaskField, TaskHistoryRow
from quarterdeck_projections.queries.tasks import ClaimRow, TaskLinkRow, TaskRow
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import check_scope, described
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.task_files.types import TaskConflict, conflict_of
from quarterdeck_schema.tasks.work import TaskWork, work_of

if TYPE_CHECKING:
    from quarterdeck_schema.projects.types import Project
    from quarterdeck_schema.sessions.types import Session

strawberry.enum(TaskStatus)
strawberry.enum(Priority, name="TaskPriority")
strawberry.enum(LinkKind, name="TaskLinkKind")
strawberry.enum(TaskField)


@strawberry.type(description="Somebody holds the task until `expiresAt`, unless they renew it.")
class TaskClaim:
    number: int = strawberry.field(description="Of the task's claims, from 1: what tells one holder from the next.")
    holder_id: strawberry.ID
    holder_name: str
    session_id: strawberry.ID | None = strawberry.field(description="That it was claimed from.")
    claimed_at: datetime
    expires_at: datetime


@strawberry.type
class TaskReference:
    id: strawberry.ID
    number: int
    reference: str
    title: str
    status: TaskStatus


@strawberry.type(description="One of `sessionId`, `commandId` and `commit` is there, as `kind` says.")
class TaskLink:
    kind: LinkKind
    session_id: strawberry.ID | None
    command_id: strawberry.ID | None
    commit: str | None
    linked_at: datetime


@strawberry.type
class TaskNote:
    text: str
    noted_at: datetime
    author: str
    session_id: strawberry.ID | None


@strawberry.type
class TaskFieldChange:
    field: TaskField
    value: str = strawberry.field(description="What it became, as JSON text.")


@strawberry.type(description="Who changed what, when, and from which session.")
class TaskHistoryEntry:
    position: Long
    recorded_at: datetime
    actor_kind: str
    actor: str = strawberry.field(description="A user's name; an agent or a role by its id.")
    session_id: strawberry.ID | None
    changes: list[TaskFieldChange]


@strawberry.type
class Task(Node):
    row: strawberry.Private[TaskRow]
    number: int
    reference: str = strawberry.field(description="As people write it, such as `T-17`: its number in its project.")
    title: str
    body: str
    labels: list[str]
    priority: Priority
    estimate: int = strawberry.field(description="Minutes of work; 0: none given.")
    acceptance: list[str]
    revision: int = strawberry.field(description="Counts the edits, from 1: what an edit is based on.")
    status: TaskStatus
    reason: str | None = strawberry.field(description="Why it is blocked, or what was said with its last status.")
    owner_id: strawberry.ID | None
    owner_name: str | None = strawberry.field(description="Who is to do it, does it or did it.")
    assigned: bool = strawberry.field(description="Somebody has said who the owner is: no claim is needed for that.")
    claim: TaskClaim | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    closed_at: datetime | None = strawberry.field(description="When it was done or dropped.")

    @strawberry.field
    async def project(self, info: Info) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")]:
        from quarterdeck_schema.projects.types import project_of

        row = await info.context.project(self.row.project_id)
        if row is None:
            raise NotFoundError("This task's project is not in the read model yet.", "Ask again.")
        return project_of(row)

    @described("Tasks that are to be done before, in the order of their numbers.")
    async def dependencies(self, info: Info) -> list[TaskReference]:
        return await references(info, self.row.project_id, self.row.dependencies)

    @described("Numbers of those of its dependencies that are neither done nor dropped.")
    async def waits_for(self, info: Info) -> list[int]:
        found = await references(info, self.row.project_id, self.row.dependencies)
        return [each.number for each in found if each.status not in CLOSED]

    @described("Tasks that are to be done after it, in the order of their numbers: the first 100.")
    async def dependents(self, info: Info) -> list[TaskReference]:
        found = await info.context.services.reads.task_dependents(self.row.project_id, self.row.number)
        return [reference_of(row) for row in found]

    @strawberry.field
    async def links(self, info: Info) -> list[TaskLink]:
        return [_link_of(each) for each in await info.context.task_links(self.row.id)]

    @described("Its file and the log say different things of it: see `conflicts`.")
    async def conflicted(self, info: Info) -> bool:
        return bool(await info.context.task_conflicts(self.row.id))

    @described("What its file and the log were both changed in, until somebody decides.")
    async def conflicts(self, info: Info) -> list[TaskConflict]:
        return [conflict_of(each) for each in await info.context.task_conflicts(self.row.id)]

    @described("Sessions that work on it, or did, newest first: started from it, and their forks.")
    async def sessions(
        self, info: Info, first: int | None = 20, after: str | None = strawberry.UNSET
    ) -> Connection[Annotated["Session", strawberry.lazy("quarterdeck_schema.sessions.types")]]:
        from quarterdeck_schema.sessions.types import session_of

        check_scope(info.context, "session:read")
        rows = info.context.window(first, after)
        return connect(await info.context.services.reads.list_sessions(None, rows, task_id=self.row.id), session_of)

    @described("What sessions that worked on it did, one for each that has ended, the last noted first.")
    async def work(
        self, info: Info, first: int | None = 10, after: str | None = strawberry.UNSET
    ) -> Connection[TaskWork]:
        rows = info.context.window(first, after)
        return connect(await info.context.services.reads.task_work(self.row.id, rows), work_of)

    @described("Notes on how it goes on, newest first.")
    async def notes(
        self, info: Info, first: int | None = 20, after: str | None = strawberry.UNSET
    ) -> Connection[TaskNote]:
        rows = info.context.window(first, after)
        page = await info.context.services.reads.task_history(self.row.id, rows, fields=[TaskField.NOTE])
        return connect(page, _note_of)

    @described("Newest first; of some fields only, where given.")
    async def history(
        self,
        info: Info,
        field: list[TaskField] | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[TaskHistoryEntry]:
        rows = info.context.window(first, after, last=last, before=before)
        page = await info.context.services.reads.task_history(self.row.id, rows, fields=given(field) or ())
        return connect(page, _entry_of)


async def references(info: Info, project_id: UUID, numbers: Collection[int]) -> list[TaskReference]:
    found = await asyncio.gather(*(info.context.task(task_id(project_id, number)) for number in numbers))
    return [reference_of(row) for row in found if row is not None]


def reference_of(row: TaskRow) -> TaskReference:
    return TaskReference(
        id=ids.encode("Task", row.id),
        number=row.number,
        reference=reference(row.number),
        title=row.title,
        status=row.status,
    )


def task_of(row: TaskRow) -> Task:
    return Task(
        id=ids.encode("Task", row.id),
        row=row,
        number=row.number,
        reference=reference(row.number),
        title=row.title,
        body=row.body,
        labels=list(row.labels),
        priority=row.priority,
        estimate=row.estimate,
        acceptance=list(row.acceptance),
        revision=row.revision,
        status=row.status,
        reason=row.reason or None,
        owner_id=_id("User", row.owner_id),
        owner_name=row.owner_name,
        assigned=row.assigned,
        claim=_claim_of(row.claim),
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
    )


def _claim_of(row: ClaimRow | None) -> TaskClaim | None:
    if row is None:
        return None
    return TaskClaim(
        number=row.number,
        holder_id=ids.encode("User", row.holder_id),
        holder_name=row.holder_name,
        session_id=_id("Session", row.session_id),
        claimed_at=row.claimed_at,
        expires_at=row.expires_at,
    )


def _link_of(row: TaskLinkRow) -> TaskLink:
    return TaskLink(
        kind=row.kind,
        session_id=ids.encode("Session", UUID(row.target)) if row.kind is LinkKind.SESSION else None,
        command_id=ids.encode("Command", UUID(row.target)) if row.kind is LinkKind.COMMAND else None,
        commit=row.target if row.kind is LinkKind.COMMIT else None,
        linked_at=row.linked_at,
    )


def _note_of(row: TaskHistoryRow) -> TaskNote:
    return TaskNote(
        text=str(row.changes[TaskField.NOTE]),
        noted_at=row.recorded_at,
        author=row.actor,
        session_id=_id("Session", row.session_id),
    )


def _entry_of(row: TaskHistoryRow) -> TaskHistoryEntry:
    return TaskHistoryEntry(
        position=Long(row.position),
        recorded_at=row.recorded_at,
        actor_kind=row.actor_kind,
        actor=row.actor,
        session_id=_id("Session", row.session_id),
        changes=[
            TaskFieldChange(field=name, value=orjson.dumps(row.changes[name]).decode())
            for name in TaskField
            if name in row.changes
        ],
    )


def _id(kind: str, identifier: UUID | None) -> strawberry.ID | None:
    return None if identifier is None else ids.encode(kind, identifier)
