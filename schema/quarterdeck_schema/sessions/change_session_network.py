"""Changing where a session may connect to, while it runs."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key, shown
from quarterdeck_schema.projects.settings import NetworkRuleInput, rules_of
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.sessions.types import Session, session_of


@strawberry.input
class ChangeSessionNetworkInput:
    session_id: strawberry.ID
    rules: list[NetworkRuleInput] | None = strawberry.field(
        default=None,
        description="The session's own list from now on; null: its project's again. "
        "Who runs sessions can take away, and owners can add what its persona allows.",
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class ChangeSessionNetworkPayload:
    session_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def session(self, info: Info) -> Session:
        find = info.context.session
        return await shown(
            info, Session, self.session_id, find, session_of, position=self.position, projection="network"
        )


ChangeSessionNetworkResult = Annotated[
    ChangeSessionNetworkPayload | Failure, strawberry.union("ChangeSessionNetworkResult")
]


@strawberry.type
class ChangeSessionNetworkMutation:
    @mutation("session:write")
    async def change_session_network(
        self,
        info: Info,
        input: ChangeSessionNetworkInput,  # noqa: A002 - the argument's name
    ) -> ChangeSessionNetworkResult:
        session_id = ids.decode_as("Session", input.session_id, "sessionId")
        outcome = await info.context.services.sessions.change_network(
            info.context.caller,
            session_id,
            rules_of(input.rules),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return ChangeSessionNetworkPayload(session_id=session_id, position=Long(outcome.position))
