"""A session, as the API shows it."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from quarterdeck.application.ports.log import EventFilter
from quarterdeck.application.trees import MAX_READ_BYTES
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.image_build import image_build_id
from quarterdeck.domain.point import Point
from quarterdeck.domain.session_network import policy
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_projections.states import SessionState
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.commands.transcript import TranscriptPage, page_of_transcript
from quarterdeck_schema.commands.types import Command, command_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.events.filters import event_filter
from quarterdeck_schema.events.pages import DEFAULT_PAGE as EVENTS_PAGE
from quarterdeck_schema.events.pages import (
    MOST_MOMENTS,
    EventMarks,
    EventMoments,
    marks_of_events,
    moments_of_events,
    page_of_events,
)
from quarterdeck_schema.events.types import Event
from quarterdeck_schema.node import Node
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.projects.settings import shown_rules
from quarterdeck_schema.projects.types import Project, project_of
from quarterdeck_schema.queue import QueuePlace, place_of
from quarterdeck_schema.requires import described
from quarterdeck_schema.scalars import START, Long
from quarterdeck_schema.sessions.moves import Rebuilding, WorkSetAside, rebuilding_of, set_aside_of
from quarterdeck_schema.sessions.network import NetworkAccess, SessionNetwork, access_of
from quarterdeck_schema.sessions.personas import SessionPersona, rules_of_persona, session_persona_of
from quarterdeck_schema.sessions.points import Moment
from quarterdeck_schema.snapshots.fields import SessionSnapshots
from quarterdeck_schema.snapshots.types import POINTS, Blame, Diff, FileContent, FoundFiles, Snapshot, Tree, snapshot_of

if TYPE_CHECKING:
    from quarterdeck_schema.tasks.types import TaskReference

strawberry.enum(SessionState)


@strawberry.type
class Limit:
    name: str
    asked: str
    enforced_by: str


@strawberry.type(description="Where a session began that is no first one: after a command, before it, or at the end.")
class ForkPoint:
    session_id: strawberry.ID
    command_id: strawberry.ID | None
    moment: Moment


@strawberry.type
class Session(Node):
    row: strawberry.Private[SessionRow]
    owner_name: str
    title: str
    ref: str
    state: SessionState
    reason: str | None = strawberry.field(description="Why it failed, was lost, closed or paused.")
    next_step: str | None
    worker_id: str | None
    jail_driver: str | None
    workspace_kind: str | None
    base_commit: str | None
    opened_at: datetime
    ready_at: datetime | None
    ended_at: datetime | None

    @strawberry.field
    def forked_from(self) -> ForkPoint | None:
        if self.row.forked_from is None:
            return None
        return fork_point(self.row.forked_from, Point(command_id=self.row.forked_at, before=self.row.forked_before))

    @strawberry.field
    async def project(self, info: Info) -> Project:
        row = await info.context.project(self.row.project_id)
        if row is None:
            raise NotFoundError("This session's project is not in the read model yet.", "Ask again.")
        return project_of(row)

    @described("Null: it was opened without one.")
    def persona(self) -> SessionPersona | None:
        return session_persona_of(self.row.persona) if self.row.persona else None

    @described("The task that it works on: it was started from it, or forked from a session that was.")
    async def task(
        self, info: Info
    ) -> Annotated["TaskReference", strawberry.lazy("quarterdeck_schema.tasks.types")] | None:
        from quarterdeck_schema.tasks.types import reference_of

        row = await info.context.task(self.row.task_id) if self.row.task_id else None
        return reference_of(row) if row else None

    @described("Where it waits for a place; null once it has one.")
    async def queue(self, info: Info) -> QueuePlace | None:
        waits = self.row.state is SessionState.QUEUED
        return place_of(await info.context.waiting_session(self.row.id)) if waits else None

    @strawberry.field
    def limits(self) -> list[Limit]:
        return [Limit(name=each.name, asked=each.asked, enforced_by=each.enforced_by) for each in self.row.limits]

    @described("What its copy of the repository lacks: submodules, Git LFS content.")
    def notes(self) -> list[str]:
        return list(self.row.notes)

    @described("How it was last made anew, since its worker was gone; null if it never was.")
    async def rebuilt(self, info: Info) -> Rebuilding | None:
        found = await info.context.services.snapshots.rebuilt(self.row.id)
        return rebuilding_of(found) if found else None

    @described("What workers that came back had of it: trees to look at, as points in time.")
    async def set_aside(self, info: Info) -> list[WorkSetAside]:
        return [set_aside_of(each) for each in await info.context.services.snapshots.set_aside(self.row.id)]

    @strawberry.field
    async def commands(
        self,
        info: Info,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[Command]:
        rows = info.context.window(first, after, last=last, before=before)
        return connect(await info.context.services.reads.list_commands(self.row.id, rows), command_of)

    @described("The points in time of its files, from what it started with.")
    async def snapshots(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Connection[Snapshot]:
        rows = await SessionSnapshots.of(info, self.row).page(info.context.window(first, after))
        return connect(rows, snapshot_of)

    @described(f"By default from what it started with to the newest. {POINTS}")
    async def diff(
        self,
        info: Info,
        before: Annotated[str | None, strawberry.argument(name="from")] = strawberry.UNSET,
        until: Annotated[str | None, strawberry.argument(name="to")] = strawberry.UNSET,
        first: int | None = 20,
        after: str | None = strawberry.UNSET,
    ) -> Diff:
        return await SessionSnapshots.of(info, self.row).diff(given(before), given(until), first, after)

    @described(f"A folder at a point in time, by default the newest. {POINTS}")
    async def tree(
        self,
        info: Info,
        at: str | None = strawberry.UNSET,
        path: str = "",
        first: int | None = 100,
        after: str | None = strawberry.UNSET,
    ) -> Tree:
        return await SessionSnapshots.of(info, self.row).tree(given(at), path, first, after)

    @described(
        "Files by some letters of their paths, at a point in time, by default the newest: at most 100. Case and "
        f"spaces do not count. {POINTS}"
    )
    async def find_files(
        self, info: Info, text: str, at: str | None = strawberry.UNSET, first: int | None = 50
    ) -> FoundFiles:
        return await SessionSnapshots.of(info, self.row).find_files(text, given(at), first)

    @described(f"A file at a point in time, by default the newest: `limit` bytes, at most 1 MiB. {POINTS}")
    async def file(
        self,
        info: Info,
        path: str,
        at: str | None = strawberry.UNSET,
        offset: Long = START,
        limit: int = MAX_READ_BYTES,
    ) -> FileContent:
        return await SessionSnapshots.of(info, self.row).file(path, given(at), offset, limit)

    @described(f"For each line of a file which snapshot it came with. {POINTS}")
    async def blame(self, info: Info, path: str, at: str | None = strawberry.UNSET) -> Blame:
        return await SessionSnapshots.of(info, self.row).blame(path, given(at))

    @described("What the building of its image from a Dockerfile printed; nothing where none was built for it.")
    async def image_log(self, info: Info, after: Long | None = START, limit: int | None = 262144) -> TranscriptPage:
        return await page_of_transcript(info.context.services.transcripts, image_build_id(self.row.id), after, limit)

    @strawberry.field
    async def network(self, info: Info) -> SessionNetwork:
        home = await info.context.project(self.row.project_id)
        own = await info.context.services.reads.session_network(self.row.id)
        narrowing = await rules_of_persona(info.context, self.row.persona)
        holds = policy(own, home.settings.network if home else (), narrowing)
        return SessionNetwork(
            rules=shown_rules(holds.allowed),
            own=own.rules is not None,
            persona=narrowing.persona if narrowing else None,
        )

    @described("TCP ports that something in it listens on, in order.")
    async def ports(self, info: Info) -> list[int]:
        return list(await info.context.services.previews.ports(info.context.caller, self.row.id))

    @strawberry.field
    async def network_access(
        self,
        info: Info,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[NetworkAccess]:
        rows = info.context.window(first, after, last=last, before=before)
        return connect(await info.context.services.reads.list_network_access(self.row.id, rows), access_of)

    @strawberry.field
    async def events(
        self,
        info: Info,
        first: int | None = EVENTS_PAGE,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[Event]:
        window = info.context.window(first, after, EVENTS_PAGE, last=last, before=before)
        return await page_of_events(info.context, window, EventFilter(session_id=self.row.id))

    @described("How many events it has, and where their pages begin: any can be read without those before it.")
    async def event_marks(
        self, info: Info, topics: list[str] | None = strawberry.UNSET, every: int = EVENTS_PAGE
    ) -> EventMarks:
        chosen = replace(event_filter(topics=topics), session_id=self.row.id)
        return await marks_of_events(info.context, chosen, every)

    @described("When each of its events after a position was, and of which topic: at most 10,000 at a time.")
    async def event_moments(self, info: Info, after: Long | None = START, limit: int = MOST_MOMENTS) -> EventMoments:
        return await moments_of_events(info.context, EventFilter(session_id=self.row.id), after, limit)


def fork_point(session_id: UUID, point: Point) -> ForkPoint:
    return ForkPoint(
        session_id=ids.encode("Session", session_id),
        command_id=ids.encode("Command", point.command_id) if point.command_id else None,
        moment=Moment.BEFORE if point.before else Moment.AFTER,
    )


def session_of(row: SessionRow) -> Session:
    return Session(
        id=ids.encode("Session", row.id),
        row=row,
        owner_name=row.owner_name,
        title=row.title,
        ref=row.ref,
        state=row.state,
        reason=row.reason,
        next_step=row.next_step,
        worker_id=row.worker_id,
        jail_driver=row.jail_driver,
        workspace_kind=row.workspace_kind,
        base_commit=row.base_commit,
        opened_at=row.opened_at,
        ready_at=row.ready_at,
        ended_at=row.ended_at,
    )
