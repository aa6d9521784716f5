"""Logging in: the one mutation without a token."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import PUBLIC, mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class LoginInput:
    token: str
    name: str | None = "qd"
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class LoginPayload:
    secret: str
    token_id: strawberry.ID
    user_name: str
    position: Long


LoginResult = Annotated[LoginPayload | Failure, strawberry.union("LoginResult")]


@strawberry.type
class LoginMutation:
    @mutation(PUBLIC, "The only one that needs no token: trades a one-time log-in token for an API token.")
    async def login(self, info: Info, input: LoginInput) -> LoginResult:  # noqa: A002 - the argument's name
        issued = await info.context.services.identity.login(
            input.token, input.name or "qd", info.context.correlation_id
        )
        return LoginPayload(
            secret=issued.secret,
            token_id=ids.encode("Token", issued.token_id),
            user_name=issued.user_name,
            position=Long(issued.position),
        )
