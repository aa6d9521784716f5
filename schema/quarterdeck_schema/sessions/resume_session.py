"""Resuming a paused session."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.shown import shown_session
from quarterdeck_schema.sessions.types import Session


@strawberry.input
class ResumeSessionInput:
    session_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ResumeSessionPayload:
    session_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def session(self, info: Info) -> Session:
        return await shown_session(info, self.session_id, self.position)


ResumeSessionResult = Annotated[ResumeSessionPayload | Failure, strawberry.union("ResumeSessionResult")]


@strawberry.type
class ResumeSessionMutation:
    @mutation("session:write")
    async def resume_session(self, info: Info, input: ResumeSessionInput) -> ResumeSessionResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.sessions.resume(
            info.context.caller,
            ids.decode_as("Session", input.session_id, "sessionId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return ResumeSessionPayload(session_id=outcome.subject_id, position=Long(outcome.position))
