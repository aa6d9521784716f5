"""Making an API token."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.identity.shown import shown_token
from quarterdeck_schema.identity.types import Token
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class IssueTokenInput:
    name: str
    scopes: list[str]
    expires_at: datetime | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(description="`secret` is shown this once.")
class IssueTokenPayload:
    token_id: strawberry.Private[UUID]
    secret: str
    position: Long

    @strawberry.field
    async def token(self, info: Info) -> Token:
        return await shown_token(info, self.token_id, self.position)


IssueTokenResult = Annotated[IssueTokenPayload | Failure, strawberry.union("IssueTokenResult")]


@strawberry.type
class IssueTokenMutation:
    @mutation("token:write")
    async def issue_token(
        self,
        info: Info,
        input: IssueTokenInput,  # noqa: A002 - the argument's name
    ) -> IssueTokenResult:
        issued = await info.context.services.identity.issue(
            info.context.caller,
            name=input.name,
            scopes=tuple(input.scopes),
            expires_at=given(input.expires_at),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return IssueTokenPayload(token_id=issued.token_id, secret=issued.secret, position=Long(issued.position))
