"""The caller and their tokens, as the API shows them."""

from datetime import datetime

import strawberry

from quarterdeck.application.access import ADMIN
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.identity import SCOPES, allows
from quarterdeck_projections.queries.tokens import TokenRow
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import check_scope


@strawberry.type
class Token(Node):
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked: bool


@strawberry.type
class Viewer:
    id: strawberry.ID
    name: str
    scopes: list[str]
    token_id: strawberry.ID = strawberry.field(description="The token that asks.")
    admin: bool = strawberry.field(description="Sees every project, and what concerns the installation.")

    @strawberry.field
    async def tokens(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Connection[Token]:
        check_scope(info.context, "token:read")
        rows = info.context.window(first, after)
        page = await info.context.services.reads.list_tokens(info.context.caller.user_id, rows)
        return connect(page, token_of)


def token_of(row: TokenRow) -> Token:
    return Token(
        id=ids.encode("Token", row.id),
        name=row.name,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked=row.revoked,
    )


def viewer_of(caller: Caller) -> Viewer:
    scopes = [scope for scope in SCOPES if allows(caller.scopes, scope)]
    return Viewer(
        id=ids.encode("User", caller.user_id),
        name=caller.user_name,
        scopes=list(scopes),
        token_id=ids.encode("Token", caller.token_id),
        admin=ADMIN in caller.roles,
    )
