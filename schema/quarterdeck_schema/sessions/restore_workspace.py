"""Bringing a session's files back to where they were."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.points import PointInput, point_of
from quarterdeck_schema.sessions.shown import shown_session
from quarterdeck_schema.sessions.types import Session


@strawberry.input
class RestoreWorkspaceInput:
    session_id: strawberry.ID
    at: PointInput
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(
    description="Asked for. WorkspaceRestored or WorkspaceRestoreFailed follows among the session's events."
)
class RestoreWorkspacePayload:
    session_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def session(self, info: Info) -> Session:
        return await shown_session(info, self.session_id, self.position)


RestoreWorkspaceResult = Annotated[RestoreWorkspacePayload | Failure, strawberry.union("RestoreWorkspaceResult")]


@strawberry.type
class RestoreWorkspaceMutation:
    @mutation("session:write")
    async def restore_workspace(self, info: Info, input: RestoreWorkspaceInput) -> RestoreWorkspaceResult:  # noqa: A002 - the argument's name
        session_id = ids.decode_as("Session", input.session_id, "sessionId")
        outcome = await info.context.services.sessions.restore(
            info.context.caller,
            session_id,
            point_of(input.at),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RestoreWorkspacePayload(session_id=session_id, position=Long(outcome.position))
