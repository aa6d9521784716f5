"""Ending a token."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.identity.shown import shown_token
from quarterdeck_schema.identity.types import Token
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class RevokeTokenInput:
    token_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RevokeTokenPayload:
    token_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def token(self, info: Info) -> Token:
        return await shown_token(info, self.token_id, self.position)


RevokeTokenResult = Annotated[RevokeTokenPayload | Failure, strawberry.union("RevokeTokenResult")]


@strawberry.type
class RevokeTokenMutation:
    @mutation("token:write")
    async def revoke_token(self, info: Info, input: RevokeTokenInput) -> RevokeTokenResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.identity.revoke(
            info.context.caller,
            ids.decode_as("Token", input.token_id, "tokenId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RevokeTokenPayload(token_id=outcome.subject_id, position=Long(outcome.position))
