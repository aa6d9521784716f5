"""Following the log."""

from collections.abc import AsyncIterator
from uuid import UUID

import strawberry

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.project import MemberAdded, MemberRemoved, ProjectCreated
from quarterdeck_schema import ids
from quarterdeck_schema.access import roles_of, watched_project, watched_session
from quarterdeck_schema.context import Info, RequestContext
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
        return _shown(visible_events(info.context, start, session_id=identifier))

    @subscription("event:read", "Events the caller may see, after a position.")
    async def events(
        self, info: Info, after: Long | None = START, project_id: strawberry.ID | None = strawberry.UNSET
    ) -> AsyncIterator[Event]:
        identifier, start = None, position_of(after)
        if project_id:
            identifier = ids.decode_as("Project", project_id, "projectId")
            await watched_project(info.context, identifier)
        return _shown(visible_events(info.context, start, project_id=identifier))


def position_of(after: int | None) -> int:
    if after is not None and after < 0:
        raise InvalidInputError(f"A position is 0 or more, not {after}.", field="after")
    return after or 0


async def _shown(rows: AsyncIterator[RawEvent]) -> AsyncIterator[Event]:
    async for raw in rows:
        yield event_of(raw)


async def visible_events(
    context: RequestContext,
    after: int,
    *,
    project_id: UUID | None = None,
    session_id: UUID | None = None,
    topics: frozenset[str] | None = None,
) -> AsyncIterator[RawEvent]:
    """Events of the projects that are the caller's at the time, of some topics where given."""
    roles = await roles_of(context)
    wanted = None if topics is None else topics | CHANGES_MEMBERS
    follow = context.services.events.follow
    async for raw in follow(after, project_id=project_id, session_id=session_id, topics=wanted):
        if roles is not None and raw.topic in CHANGES_MEMBERS:
            await context.services.reads.wait_for(raw.position, "projects")
            roles = await roles_of(context)
        asked_for = topics is None or raw.topic in topics
        if asked_for and (roles is None or raw.envelope.project_id in roles):
            yield raw
