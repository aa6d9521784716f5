"""A token right after a mutation."""

from uuid import UUID

from quarterdeck_projections.queries.tokens import TokenRow
from quarterdeck_schema.context import Info
from quarterdeck_schema.identity.types import Token, token_of
from quarterdeck_schema.payload import shown


async def shown_token(info: Info, token_id: UUID, position: int) -> Token:
    async def find(identifier: UUID) -> TokenRow | None:
        return (await info.context.services.reads.tokens([identifier])).get(identifier)

    return await shown(info, Token, token_id, find, token_of, position=position, projection="tokens")
