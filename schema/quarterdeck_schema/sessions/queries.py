"""Asking for sessions."""

import strawberry

from quarterdeck_projections.states import SessionState
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_session
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.types import Session, session_of


@strawberry.type
class SessionQueries:
    @query("session:read", "`waitFor`: answer only when the read model has reached this log position.")
    async def session(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
        wait_for: Long | None = strawberry.UNSET,
    ) -> Session | None:
        session_id = ids.decode_as("Session", id, "id")
        if (position := given(wait_for)) is not None:
            await info.context.services.reads.wait_for(position, "sessions")
        row = await visible_session(info.context, session_id)
        return None if row is None else session_of(row)

    @query("session:read", "Newest first. `waitFor`: answer only when the read model has reached this log position.")
    async def sessions(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        state: list[SessionState] | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[Session]:
        rows = info.context.window(first, after)
        project = ids.decode_as("Project", project_id, "projectId") if project_id else None
        reads = info.context.services.reads
        if (position := given(wait_for)) is not None:
            await reads.wait_for(position, "sessions")
        page = await reads.list_sessions(info.context.visible_to, rows, project_id=project, states=state or ())
        return connect(page, session_of)
