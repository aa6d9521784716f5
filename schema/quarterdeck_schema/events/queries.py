"""Asking for the log."""

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.events.pages import page_of_events
from quarterdeck_schema.events.types import Event
from quarterdeck_schema.paging import Connection
from quarterdeck_schema.requires import query


@strawberry.type
class EventQueries:
    @query("event:read", "The log, in its order. Cursors are positions.")
    async def events(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        session_id: strawberry.ID | None = strawberry.UNSET,
        topics: list[str] | None = strawberry.UNSET,
        first: int | None = 100,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Event]:
        return await page_of_events(
            info.context,
            first,
            after,
            project_id=ids.decode_as("Project", project_id, "projectId") if project_id else None,
            session_id=ids.decode_as("Session", session_id, "sessionId") if session_id else None,
            topics=given(topics),
        )
