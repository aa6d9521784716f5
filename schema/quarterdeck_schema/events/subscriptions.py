"""Following the log."""

from collections.abc import AsyncIterator
from dataclasses import replace

import strawberry

from quarterdeck.application.ports.log import EVERYTHING, EventFilter, RawEvent
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.project import MemberAdded, MemberRemoved, ProjectCreated
from quarterdeck_schema import ids
from quarterdeck_schema.access import roles_of, watched_project, watched_session
from quarterdeck_schema.context import Info, RequestContext
from quarterdeck_schema.events.filters import event_filter
from quarterdeck_schema.events.types import Event, event_of
from quarterdeck_schema.requires import subscription
from quarterdeck_schema.scalars import START, Long

CHANGES_MEMBERS = frozenset({ProjectCreated.TOPIC, MemberAdded.TOPIC, MemberRemoved.TOPIC})


@strawberry.type
class EventSubscriptions:
    @subscription("event:read", "Events of one session after a position: stored, then live. Does not end.")
    async def session_events(
        self, info: Info, session_id: strawberry.ID, after: Long | None = START
    ) -> AsyncIterator[Event]:
        identifier, start = ids.decode_as("Session", session_id, "sessionId"), position_of(after)
        await watched_session(info.context, identifier)
        return _shown(visible_events(info.context, start, EventFilter(session_id=identifier)))

    @subscription("event:read", "Events the caller may see, after a position. What narrows them is as of the query.")
    async def events(
        self,
        info: Info,
        after: Long | None = START,
        project_id: strawberry.ID | None = strawberry.UNSET,
        session_id: strawberry.ID | None = strawberry.UNSET,
        topics: list[str] | None = strawberry.UNSET,
        stream_id: str | None = strawberry.UNSET,
        correlation_id: str | None = strawberry.UNSET,
        actor_kind: str | None = strawberry.UNSET,
        actor_id: str | None = strawberry.UNSET,
    ) -> AsyncIterator[Event]:
        start = position_of(after)
        chosen = event_filter(
            project_id=project_id,
            session_id=session_id,
            topics=topics,
            stream_id=stream_id,
            correlation_id=correlation_id,
            actor_kind=actor_kind,
            actor_id=actor_id,
        )
        for project in chosen.project_ids or ():
            await watched_project(info.context, project)
        return _shown(visible_events(info.context, start, chosen))


def position_of(after: int | None) -> int:
    if after is not None and after < 0:
        raise InvalidInputError(f"A position is 0 or more, not {after}.", field="after")
    return after or 0


async def _shown(rows: AsyncIterator[RawEvent]) -> AsyncIterator[Event]:
    async for raw in rows:
        yield event_of(raw)


async def visible_events(
    context: RequestContext, after: int, chosen: EventFilter = EVERYTHING
) -> AsyncIterator[RawEvent]:
    """Of the events that are meant those of the projects that are the caller's at the time."""
    roles = await roles_of(context)
    async for raw in context.services.events.follow(after, chosen if roles is None else _with_changes(chosen)):
        if roles is not None and raw.topic in CHANGES_MEMBERS:
            await context.services.reads.wait_for(raw.position, "projects")
            roles = await roles_of(context)
        if chosen.holds(raw) and (roles is None or raw.envelope.project_id in roles):
            yield raw


def _with_changes(chosen: EventFilter) -> EventFilter:
    """Wide enough for what tells which projects are the caller's."""
    topics = None if chosen.topics is None else {*chosen.topics, *CHANGES_MEMBERS}
    return replace(chosen, topics=topics, stream_id=None, correlation_id=None, actor_kind=None, actor_id=None)
