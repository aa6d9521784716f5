"""API tokens."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import PAGE
from quarterdeck_cli.client import Client


class Token(Answer, frozen=True):
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    revoked: bool
    expires_at: str | None = None


class IssuedToken(Answer, frozen=True):
    token: Token
    secret: str


async def tokens(client: Client) -> AsyncIterator[Token]:
    after: str | None = None
    while True:
        connection: Any = (await client.query("tokens", {"first": PAGE, "after": after}))["viewer"]["tokens"]
        for edge in connection["edges"]:
            yield read(Token, edge["node"])
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


async def issue_token(client: Client, name: str, scopes: list[str], expires_at: str | None) -> IssuedToken:
    arguments = {"name": name, "scopes": scopes, "expiresAt": expires_at}
    return read(IssuedToken, await client.mutate("issue_token", arguments))


async def revoke_token(client: Client, token_id: str) -> Token:
    return read(Token, (await client.mutate("revoke_token", {"tokenId": token_id}))["token"])
