"""Opening a session that starts where another was."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.points import PointInput, point_of
from quarterdeck_schema.sessions.shown import shown_session
from quarterdeck_schema.sessions.types import Session


@strawberry.input
class ForkSessionInput:
    session_id: strawberry.ID
    at: PointInput | None = strawberry.UNSET
    title: str | None = strawberry.field(default=strawberry.UNSET, description="The source's by default.")
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ForkSessionPayload:
    session_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def session(self, info: Info) -> Session:
        return await shown_session(info, self.session_id, self.position)


ForkSessionResult = Annotated[ForkSessionPayload | Failure, strawberry.union("ForkSessionResult")]


@strawberry.type
class ForkSessionMutation:
    @mutation("session:write")
    async def fork_session(self, info: Info, input: ForkSessionInput) -> ForkSessionResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.sessions.fork(
            info.context.caller,
            ids.decode_as("Session", input.session_id, "sessionId"),
            point_of(input.at),
            title=given(input.title),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return ForkSessionPayload(session_id=outcome.subject_id, position=Long(outcome.position))
