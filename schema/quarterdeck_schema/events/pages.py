"""Pages of the log."""

from collections.abc import Sequence
from uuid import UUID

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.paging import Page
from quarterdeck_schema.access import roles_of
from quarterdeck_schema.context import RequestContext
from quarterdeck_schema.events.types import Event, event_of
from quarterdeck_schema.paging import Connection, connect, key, size
from quarterdeck_schema.requires import check_scope

DEFAULT_PAGE = 100
MOST_TOPICS = 50


async def page_of_events(
    context: RequestContext,
    first: int | None,
    after: str | None,
    *,
    project_id: UUID | None = None,
    session_id: UUID | None = None,
    topics: Sequence[str] | None = None,
) -> Connection[Event]:
    """Events that the caller may see, of one project, session or some topics where given."""
    check_scope(context, "event:read")
    if topics is not None and len(topics) > MOST_TOPICS:
        raise InvalidInputError(
            f"{len(topics)} topics are asked for; at most {MOST_TOPICS} may be.", "Leave them out.", field="topics"
        )
    limit, start = size(first, DEFAULT_PAGE, context.services.page_size), key(after) or 0
    roles = await roles_of(context)
    projects = {project_id} if project_id else None if roles is None else set(roles)
    if projects is not None and roles is not None:
        projects &= set(roles)
    rows = await context.services.rows.raw(start, limit + 1, project_ids=projects, session_id=session_id, topics=topics)
    return connect(Page(rows=rows[:limit], has_next=len(rows) > limit, has_previous=start > 0), event_of)
