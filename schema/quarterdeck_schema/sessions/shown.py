"""A session right after a mutation."""

from uuid import UUID

from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown
from quarterdeck_schema.sessions.types import Session, session_of


async def shown_session(info: Info, session_id: UUID, position: int) -> Session:
    return await shown(
        info, Session, session_id, info.context.session, session_of, position=position, projection="sessions"
    )
