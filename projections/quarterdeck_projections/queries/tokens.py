"""Tokens, without anything secret."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.domain.identity import TokenKind
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    id: UUID
    position: int
    """Of its TokenIssued: the key of pages."""
    user_id: UUID
    name: str
    kind: TokenKind
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked: bool
    used: bool
    """A log-in token that was traded in."""


SELECT = "SELECT id, position, user_id, name, kind, scopes, created_at, expires_at, revoked, used FROM read.tokens"


def _token(*, kind: str, scopes: list[str], **columns: Any) -> TokenRow:
    return TokenRow(kind=TokenKind(kind), scopes=tuple(scopes), **columns)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, TokenRow]:
    """Those of `ids` that exist."""
    found = await database.rows(_token, f"{SELECT} WHERE id = ANY(%(ids)s)", {"ids": list(ids)})
    return {row.id: row for row in found}


async def get(database: Database, token_id: UUID) -> TokenRow | None:
    return (await load(database, [token_id])).get(token_id)


async def list_of_user(
    database: Database, user_id: UUID, window: Window, *, kind: TokenKind = TokenKind.API
) -> Page[TokenRow]:
    """Newest first, revoked and expired ones too."""
    keys = keyset(window, newest_first=True)
    found = await database.rows(
        _token,
        f"""
        {SELECT}
        WHERE user_id = %(user)s AND kind = %(kind)s AND position > %(low)s AND position < %(high)s
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,
        {"user": user_id, "kind": kind.value, **keys.parameters},
    )
    return page(found, window)
