"""Opening a session."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.limits import NOTHING_ASKED
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.projects.settings import LimitsInput, merged
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.shown import shown_session
from quarterdeck_schema.sessions.types import Session


@strawberry.input
class OpenSessionInput:
    project_id: strawberry.ID
    ref: str | None = strawberry.UNSET
    title: str | None = strawberry.UNSET
    limits: LimitsInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Of each limit the strictest holds: this, the persona's, the project's or the host's.",
    )
    persona: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The name of one of the project's. Its limits as they are now hold to the session's end.",
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class OpenSessionPayload:
    session_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def session(self, info: Info) -> Session:
        return await shown_session(info, self.session_id, self.position)


OpenSessionResult = Annotated[OpenSessionPayload | Failure, strawberry.union("OpenSessionResult")]


@strawberry.type
class OpenSessionMutation:
    @mutation("session:write")
    async def open_session(self, info: Info, input: OpenSessionInput) -> OpenSessionResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.sessions.open(
            info.context.caller,
            ids.decode_as("Project", input.project_id, "projectId"),
            ref=given(input.ref),
            title=given(input.title) or "",
            limits=merged(NOTHING_ASKED, input.limits) if input.limits else NOTHING_ASKED,
            persona=given(input.persona),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return OpenSessionPayload(session_id=outcome.subject_id, position=Long(outcome.position))
