"""Asking for the log."""

from datetime import datetime

import strawberry

from quarterdeck_schema.context import Info
from quarterdeck_schema.events.filters import event_filter
from quarterdeck_schema.events.pages import DEFAULT_PAGE, page_of_events
from quarterdeck_schema.events.types import Event
from quarterdeck_schema.paging import Connection
from quarterdeck_schema.requires import query


@strawberry.type
class EventQueries:
    @query(
        "event:read",
        "The log, in its order; with `last`, its end. Cursors are positions. `streamId`: of one thing's own events. "
        "`actorKind`: user, agent, system or author. `correlationId`: of one request; give times with it in a long "
        "log. `since` is within, `until` is not.",
    )
    async def events(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        session_id: strawberry.ID | None = strawberry.UNSET,
        topics: list[str] | None = strawberry.UNSET,
        stream_id: str | None = strawberry.UNSET,
        correlation_id: str | None = strawberry.UNSET,
        actor_kind: str | None = strawberry.UNSET,
        actor_id: str | None = strawberry.UNSET,
        since: datetime | None = strawberry.UNSET,
        until: datetime | None = strawberry.UNSET,
        first: int | None = DEFAULT_PAGE,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[Event]:
        chosen = event_filter(
            project_id=project_id,
            session_id=session_id,
            topics=topics,
            stream_id=stream_id,
            correlation_id=correlation_id,
            actor_kind=actor_kind,
            actor_id=actor_id,
            since=since,
            until=until,
        )
        window = info.context.window(first, after, DEFAULT_PAGE, last=last, before=before)
        return await page_of_events(info.context, window, chosen)
